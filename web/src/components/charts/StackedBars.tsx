// Counts of several kinds over time, as bars upon one another, drawn by hand. Like every chart it has a sentence, a cursor
// for the arrow keys, and a table.
import { useState } from 'react';
import { formatCount } from '@/lib/words';
import { ChartFrame } from './ChartFrame';
import { formatPoint, moved } from './cursor';

export interface Layer {
  name: string;
  /** A fill utility, such as `fill-good`. */
  colour: string;
}

export interface Bar {
  at: number;
  /** One for each layer, the lowest first. */
  values: readonly number[];
}

interface StackedBarsProps {
  title: string;
  summary: string;
  by: 'hour' | 'day';
  layers: readonly Layer[];
  bars: readonly Bar[];
}

const height = 96;
const width = 480;

const totalOf = (bar: Bar) => bar.values.reduce((sum, value) => sum + value, 0);

export function StackedBars({ title, summary, by, layers, bars }: StackedBarsProps) {
  const [index, setIndex] = useState<number>();
  const tell = (bar: Bar | undefined) =>
    bar &&
    `${formatPoint(bar.at, by)}: ${layers.map((layer, at) => `${formatCount(bar.values[at] ?? 0)} ${layer.name}`).join(', ')}`;
  const last = Math.max(0, bars.length - 1);
  return (
    <ChartFrame
      title={title}
      summary={summary}
      said={index === undefined ? undefined : tell(bars[index])}
      columns={['Time', ...layers.map((layer) => layer.name)]}
      rows={bars.toReversed().map((bar) => ({
        key: bar.at,
        cells: [formatPoint(bar.at, by), ...bar.values.map(formatCount)],
      }))}
      chart={
        <div
          role="slider"
          tabIndex={0}
          aria-label={`${title}: walk the bars with the arrow keys`}
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={index ?? last}
          aria-valuetext={tell(bars[index ?? last]) ?? 'nothing'}
          className="rounded-sm"
          onMouseLeave={() => setIndex(undefined)}
          onKeyDown={(event) => {
            const next = moved(event, index, bars.length);
            if (next === undefined) return;
            event.preventDefault();
            setIndex(next);
          }}
        >
          <Columns layers={layers} bars={bars} index={index} onIndex={setIndex} />
        </div>
      }
    />
  );
}

interface ColumnsProps {
  layers: readonly Layer[];
  bars: readonly Bar[];
  index: number | undefined;
  onIndex: (index: number) => void;
}

function Columns({ layers, bars, index, onIndex }: ColumnsProps) {
  const most = Math.max(1, ...bars.map(totalOf));
  const step = width / Math.max(1, bars.length);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="h-24 w-full"
    >
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} className="stroke-border" />
      {bars.map((bar, at) => {
        let top = height;
        return (
          <g key={bar.at} onMouseEnter={() => onIndex(at)}>
            <rect
              x={at * step}
              y={0}
              width={step}
              height={height}
              className={at === index ? 'fill-accent' : 'fill-transparent'}
            />
            {layers.map((layer, level) => {
              const value = bar.values[level] ?? 0;
              // one of many is still to be seen
              const size = value === 0 ? 0 : Math.max(2, (value / most) * (height - 4));
              top -= size;
              return (
                <rect
                  key={layer.name}
                  x={at * step + step * 0.12}
                  y={top}
                  width={step * 0.76}
                  height={size}
                  className={layer.colour}
                />
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}
