/** What this executable says it is: the version of gitlab-runner whose wire protocol and metrics it speaks. */
export const NAME = 'gitlab-runner';
export const VERSION = '19.4.0';
export const REVISION = 'd79f3e7b8';
export const BRANCH = 'main';
export const GO_VERSION = 'go1.26.8';

export const USER_AGENT = `${NAME} ${VERSION} (${BRANCH}; ${GO_VERSION}; linux/amd64)`;

/** The text of `gitlab-runner --version`. */
export const VERSION_TEXT = `Version:      ${VERSION}
Git revision: ${REVISION}
Git branch:   ${BRANCH}
GO version:   ${GO_VERSION}
Built:        
OS/Arch:      linux/amd64
`;

const FEATURES = {
  variables: true,
  image: false,
  services: false,
  artifacts: true,
  cache: true,
  fallback_cache_keys: true,
  shared: true,
  upload_multiple_artifacts: true,
  upload_raw_artifacts: true,
  session: true,
  terminal: true,
  refspecs: true,
  masking: true,
  proxy: false,
  raw_variables: true,
  artifacts_exclude: true,
  multi_build_steps: true,
  trace_reset: true,
  trace_checksum: true,
  trace_size: true,
  vault_secrets: true,
  cancelable: true,
  return_exit_code: true,
  service_variables: false,
  service_multiple_aliases: false,
  image_executor_opts: false,
  service_executor_opts: false,
  cancel_gracefully: true,
  native_steps_integration: true,
  two_phase_job_commit: true,
  job_inputs: true,
};

/** What an executor brings with it, and is not known when a registration token is used. */
const EXECUTOR_FEATURES = [
  'variables',
  'artifacts',
  'cache',
  'fallback_cache_keys',
  'shared',
  'upload_multiple_artifacts',
  'upload_raw_artifacts',
  'session',
  'terminal',
  'refspecs',
  'masking',
  'raw_variables',
  'artifacts_exclude',
  'multi_build_steps',
  'vault_secrets',
  'return_exit_code',
  'native_steps_integration',
];

/** The `info` object that goes with most calls. */
export const INFO = {
  name: NAME,
  version: VERSION,
  revision: REVISION,
  platform: 'linux',
  architecture: 'amd64',
  executor: 'shell',
  shell: 'bash',
  features: FEATURES,
  config: { gpus: '' },
};

/** The `info` of a registration with a registration token: no executor, and none of its features. */
export const REGISTRATION_INFO = {
  name: NAME,
  version: VERSION,
  revision: REVISION,
  platform: INFO.platform,
  architecture: INFO.architecture,
  features: {
    ...FEATURES,
    ...Object.fromEntries(EXECUTOR_FEATURES.map((name) => [name, false])),
  },
  config: INFO.config,
};
