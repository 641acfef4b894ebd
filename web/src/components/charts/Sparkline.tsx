// A line as large as a word. It repeats what the text beside it says, so it is hidden from screen readers.
import { extremes, type Point } from './series';

const width = 96;
const height = 24;

export function Sparkline({
  points,
  className = '',
}: {
  points: readonly Point[];
  className?: string;
}) {
  const found = extremes(points);
  if (!found || points.length < 2) return null;
  const span = found.last.at - found.first.at || 1;
  const range = found.most.value - found.least.value;
  const place = (point: Point) => {
    const x = ((point.at - found.first.at) / span) * width;
    const y =
      range === 0
        ? height / 2
        : height - 2 - ((point.value - found.least.value) / range) * (height - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      className={`h-6 w-24 ${className}`}
      aria-hidden="true"
      preserveAspectRatio="none"
    >
      <polyline
        points={points.map(place).join(' ')}
        fill="none"
        stroke="var(--chart-1)"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
