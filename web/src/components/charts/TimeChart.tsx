// A line over time that can be read in four ways: looked at, hovered, walked with the arrow keys, or as a table.
import { useEffect, useRef, useState } from 'react';
import { useIsDark } from '@/lib/theme';
import { ChartFrame } from './ChartFrame';
import { formatPoint, moved } from './cursor';
import type { Plot, PlotOptions } from './plot';
import { summary } from './series';

interface TimeChartProps extends Omit<PlotOptions, 'onHover' | 'isDark' | 'limit' | 'height'> {
  title: string;
  by: 'hour' | 'day';
  /** A line that should not be passed, such as a quota. */
  limit?: { value: number; label: string };
  height?: number;
}

export function TimeChart({ title, by, limit, height = 220, ...data }: TimeChartProps) {
  const { points, format } = data;
  const [index, setIndex] = useState<number>();
  const shown = index === undefined ? undefined : points[index];
  const quota = limit ? ` ${limit.label}: ${format(limit.value)} (dashed).` : '';
  return (
    <ChartFrame
      title={title}
      summary={`${summary(points, format)}${quota}`}
      said={shown && `${formatPoint(shown.at, by)}: ${format(shown.value)}`}
      columns={['Time', 'Value']}
      rows={points.toReversed().map((point) => ({
        key: point.at,
        cells: [formatPoint(point.at, by), format(point.value)],
      }))}
      chart={
        <PlotArea
          {...data}
          title={title}
          limit={limit?.value}
          height={height}
          index={index}
          onIndex={setIndex}
        />
      }
    />
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
      if (gone) return;
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

  const last = Math.max(0, points.length - 1);
  return (
    <div
      ref={host}
      role="slider"
      tabIndex={0}
      aria-label={`${title}: walk the points with the arrow keys`}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={index ?? last}
      aria-valuetext={format(points[index ?? last]?.value ?? 0)}
      onKeyDown={(event) => {
        const next = moved(event, index, points.length);
        if (next === undefined) return;
        event.preventDefault();
        plot.current?.point(next);
        onIndex(next);
      }}
      className="rounded-sm"
      style={{ height }}
    />
  );
}
