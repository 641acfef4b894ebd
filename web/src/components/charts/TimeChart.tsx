// A line over time that can be read in four ways: looked at, hovered, walked with the arrow keys, or as a table.
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useIsDark } from '@/lib/theme';
import { summary, type Point } from './series';
import type { Plot, PlotOptions } from './plot';

interface TimeChartProps {
  title: string;
  points: readonly Point[];
  /** The span that is shown, in milliseconds since 1970. */
  span: readonly [from: number, to: number];
  format: (value: number) => string;
  unit: 'bytes' | 'count';
  /** Days are written without the hour. */
  by: 'hour' | 'day';
  /** A line that should not be passed, such as a quota. */
  limit?: { value: number; label: string };
  height?: number;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const hour = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function TimeChart({
  title,
  points,
  span,
  format,
  unit,
  by,
  limit,
  height = 220,
}: TimeChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [index, setIndex] = useState<number>();
  const titleId = useId();
  const formatTime = (at: number) => (by === 'day' ? day : hour).format(at);
  const shown = index === undefined ? undefined : points[index];
  return (
    <figure aria-labelledby={titleId} className="min-w-0">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 id={titleId} className="font-medium">
          {title}
        </h3>
        <button
          type="button"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          className="min-h-6 rounded-sm px-1 text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          {asTable ? 'View as chart' : 'View as table'}
        </button>
      </div>
      {asTable ? (
        <PointTable points={points} format={format} formatTime={formatTime} title={title} />
      ) : (
        <PlotArea
          title={title}
          points={points}
          span={span}
          format={format}
          unit={unit}
          limit={limit?.value}
          height={height}
          index={index}
          onIndex={setIndex}
        />
      )}
      <figcaption className="mt-2 flex min-h-5 flex-wrap justify-between gap-x-6 text-xs text-muted-foreground">
        <span>
          {summary(points, format)}
          {limit && ` ${limit.label}: ${format(limit.value)} (dashed).`}
        </span>
        <span aria-live="polite" className="text-foreground">
          {shown && `${formatTime(shown.at)}: ${format(shown.value)}`}
        </span>
      </figcaption>
    </figure>
  );
}

interface PlotAreaProps extends Omit<PlotOptions, 'onHover' | 'isDark'> {
  title: string;
  index: number | undefined;
  onIndex: (index: number | undefined) => void;
}

function PlotArea({
  title,
  points,
  span,
  format,
  unit,
  limit,
  height,
  index,
  onIndex,
}: PlotAreaProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(undefined);
  const isDark = useIsDark();
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    let gone = false;
    void import('./plot').then(({ drawPlot }) => {
      if (!gone)
        plot.current = drawPlot(element, {
          isDark,
          points,
          span,
          format,
          unit,
          limit,
          height,
          onHover: onIndex,
        });
    });
    const observer = new ResizeObserver(() => plot.current?.resize(element.clientWidth));
    observer.observe(element);
    return () => {
      gone = true;
      observer.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [points, span, format, unit, limit, height, onIndex, isDark]);

  const onKeyDown = (event: KeyboardEvent) => {
    const last = points.length - 1;
    const from = index ?? last;
    const next = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
    if (next === undefined || last < 0) return;
    event.preventDefault();
    const kept = Math.min(last, Math.max(0, next));
    plot.current?.point(kept);
    onIndex(kept);
  };
  return (
    <div
      ref={host}
      role="slider"
      tabIndex={0}
      aria-label={`${title}: walk the points with the arrow keys`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, points.length - 1)}
      aria-valuenow={index ?? Math.max(0, points.length - 1)}
      aria-valuetext={format(points[index ?? points.length - 1]?.value ?? 0)}
      onKeyDown={onKeyDown}
      className="rounded-sm"
      style={{ height }}
    />
  );
}

interface PointTableProps {
  title: string;
  points: readonly Point[];
  format: (value: number) => string;
  formatTime: (at: number) => string;
}

function PointTable({ title, points, format, formatTime }: PointTableProps) {
  return (
    // a region that scrolls can be reached with the keyboard
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div
      className="max-h-56 overflow-y-auto rounded-md border"
      tabIndex={0}
      role="region"
      aria-label={`${title}, table`}
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-card text-muted-foreground">
          <tr>
            <th scope="col" className="px-3 py-1.5 text-start font-medium">
              Time
            </th>
            <th scope="col" className="px-3 py-1.5 text-end font-medium">
              Value
            </th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point) => (
            <tr key={point.at} className="border-t">
              <td className="px-3 py-1">{formatTime(point.at)}</td>
              <td className="px-3 py-1 text-end">{format(point.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
