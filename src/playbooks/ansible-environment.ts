import { join } from 'node:path';
import { MARKER } from './marked-processes.ts';

/** What ansible-playbook and boto3 need of our environment. Nothing else travels: a runner's token may be in there. */
const KEPT = [
  'PATH HOME USER LOGNAME SHELL LANG LC_ALL LC_CTYPE TZ',
  'SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy',
  'AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION',
  'AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE AWS_CA_BUNDLE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_METADATA_SERVICE_TIMEOUT AWS_METADATA_SERVICE_NUM_ATTEMPTS',
  'AWS_EC2_METADATA_DISABLED AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_ENDPOINT_URL AWS_ENDPOINT_URL_AUTO_SCALING',
].flatMap((line) => line.split(' '));

/** The whole environment of one run. */
export function ansibleEnvironment(options: {
  from: NodeJS.ProcessEnv;
  extra: Record<string, string>;
  directory: string;
  /** The run's own directory, also its marker. */
  run: string;
}): Record<string, string> {
  const { from, extra, directory, run } = options;
  const kept = Object.fromEntries(
    KEPT.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])),
  );
  return {
    LANG: 'C.UTF-8',
    // boto3 asks the metadata for the role's keys once, for a second: a busy instance may take longer.
    AWS_METADATA_SERVICE_TIMEOUT: '5',
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: '3',
    ...kept,
    ...extra,
    ANSIBLE_CONFIG: join(directory, 'playbooks', 'ansible.cfg'),
    ANSIBLE_CALLBACKS_ENABLED: 'drover_events',
    DROVER_EVENTS_FD: '3',
    ANSIBLE_LOCAL_TEMP: join(run, 'tmp'),
    ANSIBLE_REMOTE_TEMP: join(run, 'tmp'),
    ANSIBLE_NO_TARGET_SYSLOG: '1',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_FORCE_COLOR: '0',
    [MARKER]: run,
  };
}
