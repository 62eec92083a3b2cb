// Draws the charts that the README shows (npm run chart).
import 'tsx';

await import('./draw-charts.ts');
