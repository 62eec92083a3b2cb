interface Family {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  /** Upper bounds, of a histogram. */
  buckets?: number[];
}

const counter = (help: string): Family => ({ type: 'counter', help });
const gauge = (help: string): Family => ({ type: 'gauge', help });
const histogram = (help: string, buckets: number[]): Family => ({ type: 'histogram', help, buckets });

/** Every family that gitlab-runner 19.4 shows under its own name, with its text. */
export const FAMILIES = {
  gitlab_runner_acceptable_job_queuing_duration_exceeded_total: counter(
    'Counts how often jobs exceed the configured queuing time threshold',
  ),
  gitlab_runner_api_request_duration_seconds: histogram(
    'Latency histogram of API requests made by GitLab Runner, partitioned by runner, system_id, endpoint, status_class and method.',
    [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  ),
  gitlab_runner_api_request_retries_total: counter(
    'The total number of retries made by GitLab Runner in process of completing a request, partitioned by path and method.',
  ),
  gitlab_runner_api_request_statuses_total: counter(
    'The total number of API requests made by GitLab Runner, partitioned by runner, system_id, endpoint, status and method.',
  ),
  gitlab_runner_concurrent: gauge('The current value of concurrent setting'),
  gitlab_runner_configuration_loaded_total: counter(
    'Total number of times the configuration file was loaded by Runner process',
  ),
  gitlab_runner_configuration_loading_error_total: counter(
    'Total number of times the configuration file was not loaded by Runner process due to errors',
  ),
  gitlab_runner_configuration_saved_total: counter(
    'Total number of times the configuration file was saved by Runner process',
  ),
  gitlab_runner_configuration_saving_error_total: counter(
    'Total number of times the configuration file was not saved by Runner process due to errors',
  ),
  gitlab_runner_errors_total: counter('The number of caught errors.'),
  gitlab_runner_failed_jobs_total: counter('Total number of failed jobs'),
  gitlab_runner_job_duration_seconds: histogram(
    'Histogram of job durations',
    [30, 60, 300, 600, 1800, 3600, 7200, 10800, 18000, 36000],
  ),
  gitlab_runner_job_execution_mode_total: counter(
    'Total number of jobs grouped by execution mode and executor',
  ),
  gitlab_runner_job_inputs_interpolations_total: counter(
    'Total number of job input interpolations where expressions were actually used (output differs from input)',
  ),
  gitlab_runner_job_queue_depth: gauge('A gauge representing the search depth in the queue for the runner'),
  gitlab_runner_job_queue_duration_seconds: histogram(
    'A histogram representing job queue duration.',
    [1, 3, 10, 30, 60, 120, 300, 900, 1800, 3600],
  ),
  gitlab_runner_job_queue_size: gauge('A gauge representing the size of the queue for the runner'),
  gitlab_runner_job_router_circuit_breaker_state: gauge(
    'Circuit breaker state (0 = closed, 1 = open, 2 = half-open).',
  ),
  gitlab_runner_job_router_circuit_breaker_trips_total: counter(
    'Total number of times the circuit breaker has tripped open.',
  ),
  gitlab_runner_job_router_get_job_duration_seconds: histogram(
    'Latency histogram of runner-side job router GetJob requests, regardless of outcome.',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  ),
  gitlab_runner_jobs: gauge('The current number of running builds.'),
  gitlab_runner_jobs_total: counter('Total number of handled jobs'),
  gitlab_runner_limit: gauge('The current value of concurrent setting'),
  gitlab_runner_process_state_info: gauge(
    'This metric provides info about the current state of the GitLab Runner process',
  ),
  gitlab_runner_request_concurrency: gauge('The current number of concurrent requests for a new job'),
  gitlab_runner_request_concurrency_adaptive_limit: gauge('Computed adaptive request concurrency limit'),
  gitlab_runner_request_concurrency_exceeded_total: counter(
    'Count of excess requests above the configured request_concurrency limit',
  ),
  gitlab_runner_request_concurrency_hard_limit: gauge('Configured request_concurrency limit'),
  gitlab_runner_request_concurrency_used_limit: gauge('Used request concurrency limit'),
  gitlab_runner_version_info: gauge(
    "A metric with a constant '1' value labeled by different build stats fields.",
  ),
  gitlab_runner_worker_feed_failures_total: counter(
    'Total number of times that runner worker feeding have failed',
  ),
  gitlab_runner_worker_feeds_total: counter(
    'Total number of times that runner worker is fed to the main loop',
  ),
  gitlab_runner_worker_health_check_failures_total: counter(
    'Total number of runner worker health check failures',
  ),
  gitlab_runner_worker_processing_failures_total: counter(
    'Total number of failures when processing runner worker',
  ),
  gitlab_runner_worker_slot_operations_total: counter(
    'Total number of runner workers slot operations (starting and stopping slots)',
  ),
  gitlab_runner_worker_slots_number: gauge('Current number of runner worker slots'),
} satisfies Record<string, Family> as Record<FamilyName, Family>;

export type FamilyName =
  | 'gitlab_runner_acceptable_job_queuing_duration_exceeded_total'
  | 'gitlab_runner_api_request_duration_seconds'
  | 'gitlab_runner_api_request_retries_total'
  | 'gitlab_runner_api_request_statuses_total'
  | 'gitlab_runner_concurrent'
  | 'gitlab_runner_configuration_loaded_total'
  | 'gitlab_runner_configuration_loading_error_total'
  | 'gitlab_runner_configuration_saved_total'
  | 'gitlab_runner_configuration_saving_error_total'
  | 'gitlab_runner_errors_total'
  | 'gitlab_runner_failed_jobs_total'
  | 'gitlab_runner_job_duration_seconds'
  | 'gitlab_runner_job_execution_mode_total'
  | 'gitlab_runner_job_inputs_interpolations_total'
  | 'gitlab_runner_job_queue_depth'
  | 'gitlab_runner_job_queue_duration_seconds'
  | 'gitlab_runner_job_queue_size'
  | 'gitlab_runner_job_router_circuit_breaker_state'
  | 'gitlab_runner_job_router_circuit_breaker_trips_total'
  | 'gitlab_runner_job_router_get_job_duration_seconds'
  | 'gitlab_runner_jobs'
  | 'gitlab_runner_jobs_total'
  | 'gitlab_runner_limit'
  | 'gitlab_runner_process_state_info'
  | 'gitlab_runner_request_concurrency'
  | 'gitlab_runner_request_concurrency_adaptive_limit'
  | 'gitlab_runner_request_concurrency_exceeded_total'
  | 'gitlab_runner_request_concurrency_hard_limit'
  | 'gitlab_runner_request_concurrency_used_limit'
  | 'gitlab_runner_version_info'
  | 'gitlab_runner_worker_feed_failures_total'
  | 'gitlab_runner_worker_feeds_total'
  | 'gitlab_runner_worker_health_check_failures_total'
  | 'gitlab_runner_worker_processing_failures_total'
  | 'gitlab_runner_worker_slot_operations_total'
  | 'gitlab_runner_worker_slots_number';
