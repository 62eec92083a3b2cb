export const TOKEN = 'api/token';
export const ID = 'meta-data/instance-id';
export const SPOT = 'meta-data/spot/instance-action';
export const SPOT_TIME = 'meta-data/spot/termination-time';
export const REBALANCE = 'meta-data/events/recommendations/rebalance';
export const MAINTENANCE = 'meta-data/events/maintenance/scheduled';
export const TARGET = 'meta-data/autoscaling/target-lifecycle-state';
