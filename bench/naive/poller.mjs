// The least that a Node process can do which sends the agent's requests at the agent's default intervals:
// node poller.mjs METADATA_URL METRICS_URL
const [metadata, metrics] = process.argv.slice(2);
const PATHS = [
  'meta-data/autoscaling/target-lifecycle-state',
  'meta-data/spot/instance-action',
  'meta-data/events/recommendations/rebalance',
  'meta-data/events/maintenance/scheduled',
];
const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
const token = await (await fetch(`${metadata}/latest/api/token`, { method: 'PUT', headers: ttl })).text();
const headers = { 'x-aws-ec2-metadata-token': token };

const look = async (url, init) => {
  await (await fetch(url, init)).text();
};
setInterval(() => {
  for (const path of PATHS) void look(`${metadata}/latest/${path}`, { headers });
}, 2_000);
setInterval(() => void look(metrics), 10_000);
