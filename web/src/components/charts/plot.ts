// The only module that knows uPlot; it is loaded when a chart is first shown.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Point } from './series';

export interface Plot {
  resize: (width: number) => void;
  /** Shows the cursor at a point. */
  point: (index: number) => void;
  destroy: () => void;
}

export interface PlotOptions {
  points: readonly Point[];
  /** The span that is shown, in milliseconds since 1970; points need not fill it. */
  span: readonly [from: number, to: number];
  format: (value: number) => string;
  /** Sizes get round steps in powers of two, numbers of things whole ones. */
  unit: 'bytes' | 'count';
  limit: number | undefined;
  /** The colours are read from the page when it is drawn; another theme draws it again. */
  isDark: boolean;
  height: number;
  onHover: (index: number | undefined) => void;
}

const colour = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const steps = {
  bytes: Array.from({ length: 60 }, (_, power) => 2 ** power),
  count: Array.from({ length: 15 }, (_, power) => 10 ** power).flatMap((ten) => [
    ten,
    2 * ten,
    5 * ten,
  ]),
};

export function drawPlot(host: HTMLElement, options: PlotOptions): Plot {
  const { points, span, format, unit, limit, height, onHover } = options;
  const font = `11px ${getComputedStyle(host).fontFamily}`;
  const axis = { stroke: colour('--muted-foreground'), font, ticks: { show: false } };
  const grid = { stroke: colour('--border'), width: 1 };
  const most = Math.max(...points.map((point) => point.value), limit ?? 0);
  const line = colour('--chart-1');
  const series: uPlot.Series[] = [
    {},
    {
      stroke: line,
      width: 1.75,
      fill: `color-mix(in oklch, ${line} 12%, transparent)`,
      points: { show: points.length < 40, size: 5 },
    },
  ];
  const data: uPlot.AlignedData = [points.map((p) => p.at / 1000), points.map((p) => p.value)];
  if (limit !== undefined) {
    series.push({
      stroke: colour('--warning'),
      width: 1.25,
      dash: [5, 4],
      points: { show: false },
    });
    data.push(points.map(() => limit));
  }
  const plot = new uPlot(
    {
      width: host.clientWidth,
      height,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, drag: { setScale: false, x: false, y: false } },
      scales: {
        x: { range: [span[0] / 1000, span[1] / 1000] },
        y: { range: [0, (most || 1) * 1.08] },
      },
      axes: [
        { ...axis, grid: { show: false }, space: 80 },
        {
          ...axis,
          grid,
          size: 68,
          space: 36,
          incrs: steps[unit],
          values: (_, values) => values.map(format),
        },
      ],
      series,
      hooks: { setCursor: [(self) => onHover(self.cursor.idx ?? undefined)] },
    },
    data,
    host,
  );
  plot.root.setAttribute('aria-hidden', 'true');
  return {
    resize: (width) => plot.setSize({ width, height }),
    point: (index) => {
      const at = data[0][index];
      const value = data[1]?.[index];
      if (at !== undefined && typeof value === 'number') {
        plot.setCursor({ left: plot.valToPos(at, 'x'), top: plot.valToPos(value, 'y') });
      }
    },
    destroy: () => plot.destroy(),
  };
}
