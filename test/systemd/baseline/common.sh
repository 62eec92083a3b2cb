# The five services as one writes them by hand in bash and curl: what `npm run bench -- services` measures Drover against.
# Sourced by each. The environment names AWS_URL, GITLAB_URL, GROUP, TOKEN_FILE, INTERVAL (s), IDLE (s) and the hooks.
set -u
METADATA=http://169.254.169.254/latest

metadata() {
  local token
  token=$(curl -sf -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $METADATA/api/token) || return 1
  curl -sf -m 2 -H "X-aws-ec2-metadata-token: $token" "$METADATA/meta-data/$1"
}

aws() {
  local fields=(--data "Action=$1&Version=2011-01-01") field
  shift
  for field in "$@"; do fields+=(--data-urlencode "$field"); done
  curl -sf -m 10 "$AWS_URL/" "${fields[@]}"
}

complete() {
  aws CompleteLifecycleAction "AutoScalingGroupName=$GROUP" "LifecycleHookName=$1" "LifecycleActionResult=$2" \
    "InstanceId=$(metadata instance-id)"
}

# Running jobs and the limit, from the runner's metrics.
jobs() {
  curl -sf -m 2 http://localhost:9090/metrics | awk '
    /^gitlab_runner_jobs\{/ { running += $NF }
    /^gitlab_runner_concurrent / { limit = $NF }
    END { if (limit == "") exit 1; print running + 0, limit }'
}
