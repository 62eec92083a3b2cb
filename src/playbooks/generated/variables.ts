// Generated from roles/*/meta/argument_specs.yml by src/playbooks/generate.ts: do not edit.

export interface GitlabRunnerInitVariables {
  /** GitLab's address. */
  gitlab_runner_url: string;
  /** The EC2 instance; the runner manager's system id is derived from it. */
  gitlab_runner_instance_id: string;
  /** The runners of this instance. One without a token is created through the API, for this instance alone. */
  gitlab_runner_runners: {
    /** Name in config.toml, unique on the instance. */
    name: string;
    /** Authentication token (glrt-). */
    token?: string;
    /** Registration token (deprecated), with which the instance registers a runner of its own. */
    registration_token?: string;
    /** Executor, "shell" if not given. */
    executor?: string;
    /** Jobs at once for this runner; 0 is no limit. */
    limit?: number;
    /** Tags of a created runner. */
    tags?: string[];
    /** Type of a created runner. */
    runner_type?: 'instance_type' | 'group_type' | 'project_type';
    /** The group of a group_type runner. */
    group_id?: number;
    /** The project of a project_type runner. */
    project_id?: number;
  }[];
  /** Token with the scopes create_runner and manage_runner; empty if every runner has its own. */
  gitlab_runner_api_token?: string;
  /** The runner's config.toml. */
  gitlab_runner_config_file?: string;
  /** Jobs at once on the instance. */
  gitlab_runner_concurrent?: number;
  /** Seconds between polls for jobs. */
  gitlab_runner_check_interval?: number;
  /** Seconds that a forceful stop may take. */
  gitlab_runner_shutdown_timeout?: number;
  /** Where the runner serves its metrics. */
  gitlab_runner_listen_address?: string;
  /** What keeps the runner's process. With "process" the role starts it and keeps a pid file. */
  gitlab_runner_service_manager?: 'systemd' | 'process';
  /** The runner's systemd unit. */
  gitlab_runner_unit?: string;
  /** The gitlab-runner executable. */
  gitlab_runner_binary?: string;
  /** Pid file, if the service manager is "process". */
  gitlab_runner_pid_file?: string;
  /** Where the process writes, if the service manager is "process"; empty is nowhere. */
  gitlab_runner_log_file?: string;
  /** Variables for the process, if the service manager is "process". */
  gitlab_runner_environment?: Record<string, string>;
  /** Seconds that systemctl stop waits for running jobs. */
  gitlab_runner_drain_limit?: number;
  /** Where the runner's metrics are read. */
  gitlab_runner_metrics_url?: string;
  /** Seconds to wait for the runner's first answered request for jobs. */
  gitlab_runner_ready_timeout?: number;
  /** Seconds that all calls to GitLab may take together. */
  gitlab_runner_budget?: number;
  /** Seconds that one call to GitLab may take. */
  gitlab_runner_request_timeout?: number;
  /** The lifecycle hook to answer; empty answers none. */
  autoscaling_lifecycle_hook?: string;
  /** The Auto Scaling group; needed with a hook. */
  autoscaling_group?: string;
  /** The EC2 instance; needed with a hook. */
  autoscaling_instance_id?: string;
  /** How the lifecycle action ends. */
  autoscaling_lifecycle_result?: 'CONTINUE' | 'ABANDON';
  /** Address of the Auto Scaling API; empty is AWS's own. */
  autoscaling_endpoint_url?: string;
  /** AWS region; empty takes AWS_REGION from the environment. */
  autoscaling_region?: string;
  /** Seconds that all calls to Auto Scaling may take together. */
  autoscaling_budget?: number;
}

export interface GitlabRunnerUnregVariables {
  /** GitLab's address. */
  gitlab_runner_url: string;
  /** The EC2 instance; the runner manager's system id is derived from it. */
  gitlab_runner_instance_id: string;
  /** The runners of this instance. One without a token is created through the API, for this instance alone. */
  gitlab_runner_runners: {
    /** Name in config.toml, unique on the instance. */
    name: string;
    /** Authentication token (glrt-). */
    token?: string;
    /** Registration token (deprecated), with which the instance registers a runner of its own. */
    registration_token?: string;
    /** Executor, "shell" if not given. */
    executor?: string;
    /** Jobs at once for this runner; 0 is no limit. */
    limit?: number;
    /** Tags of a created runner. */
    tags?: string[];
    /** Type of a created runner. */
    runner_type?: 'instance_type' | 'group_type' | 'project_type';
    /** The group of a group_type runner. */
    group_id?: number;
    /** The project of a project_type runner. */
    project_id?: number;
  }[];
  /** Token with the scopes create_runner and manage_runner; empty if every runner has its own. */
  gitlab_runner_api_token?: string;
  /** The runner's config.toml. */
  gitlab_runner_config_file?: string;
  /** What keeps the runner's process. With "process" the role starts it and keeps a pid file. */
  gitlab_runner_service_manager?: 'systemd' | 'process';
  /** The runner's systemd unit. */
  gitlab_runner_unit?: string;
  /** Pid file, if the service manager is "process". */
  gitlab_runner_pid_file?: string;
  /** Where the runner's metrics are read. */
  gitlab_runner_metrics_url?: string;
  /** Seconds that all calls to GitLab may take together. */
  gitlab_runner_budget?: number;
  /** Seconds that one call to GitLab may take. */
  gitlab_runner_request_timeout?: number;
  /** The lifecycle hook to answer; empty answers none. */
  autoscaling_lifecycle_hook?: string;
  /** The Auto Scaling group; needed with a hook. */
  autoscaling_group?: string;
  /** The EC2 instance; needed with a hook. */
  autoscaling_instance_id?: string;
  /** How the lifecycle action ends. */
  autoscaling_lifecycle_result?: 'CONTINUE' | 'ABANDON';
  /** Address of the Auto Scaling API; empty is AWS's own. */
  autoscaling_endpoint_url?: string;
  /** AWS region; empty takes AWS_REGION from the environment. */
  autoscaling_region?: string;
  /** Seconds that all calls to Auto Scaling may take together. */
  autoscaling_budget?: number;
}

export interface ScaleUpVariables {
  /** The Auto Scaling group. */
  autoscaling_group: string;
  /** How many instances to add; a scaling policy brings its own number. */
  autoscaling_increase?: number;
  /** Act only while desired capacity is this, so that one decision acts once. */
  autoscaling_desired_before?: number;
  /** A ChangeInCapacity scaling policy to execute instead, which is atomic; empty is none. */
  autoscaling_scaling_policy?: string;
  /** Address of the Auto Scaling API; empty is AWS's own. */
  autoscaling_endpoint_url?: string;
  /** AWS region; empty takes AWS_REGION from the environment. */
  autoscaling_region?: string;
  /** Seconds that all calls to Auto Scaling may take together. */
  autoscaling_budget?: number;
}

/** The variables of each playbook. */

export interface PlaybookVariables {
  gitlab_runner_init: GitlabRunnerInitVariables;
  gitlab_runner_unreg: GitlabRunnerUnregVariables;
  scale_up: ScaleUpVariables;
}
