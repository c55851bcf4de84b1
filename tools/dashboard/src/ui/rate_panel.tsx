// Records a second over the last two minutes. The time axis counts back from now, so that its labels stand still.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { axisLabel, clock, rate, zoneName } from "../model/format";
import { ceiling, digest, kWindowMs, type Point } from "../model/rate";
import { points, summary, tick, zone } from "../store";
import { Panel } from "./bits";

type Picked = { at: number; rate: number | null } | null;

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function columns(list: Point[], now: number): uPlot.AlignedData {
  return [list.map((p) => (p.at - now) / 1000), list.map((p) => p.rate)];
}

function options(width: number, height: number, onPick: (i: number | null) => void): uPlot.Options {
  const axis = { stroke: css("--muted"), font: "12px system-ui, sans-serif", grid: { stroke: css("--line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false, range: [-kWindowMs / 1000, 0] },
      y: { range: (_u, _min, max) => [0, ceiling(max ?? 0)] },
    },
    axes: [
      { ...axis, size: 28, splits: width < 480 ? [-120, -60, 0] : [-120, -90, -60, -30, 0], values: (_u, splits) => splits.map((s) => (s === 0 ? "now" : s % 60 === 0 ? `−${-s / 60} min` : `−${-s} s`)) },
      { ...axis, size: 56, values: (u, splits) => splits.map((n) => axisLabel(n, u.scales.y?.max ?? 0)) },
    ],
    series: [{}, { stroke: css("--accent"), fill: css("--accent-soft"), width: 2, points: { show: false }, spanGaps: false }],
    hooks: { setCursor: [(u) => onPick(u.cursor.idx ?? null)] },
  };
}

function Plot({ onPick }: { onPick: (p: Picked) => void }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current!;
    const theme = matchMedia("(prefers-color-scheme: dark)");
    let plot: uPlot | null = null;
    const pick = (i: number | null) => onPick(i === null ? null : (points.peek()[i] ?? null));
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(element.clientWidth, element.clientHeight, pick), columns(points.peek(), tick.peek()), element);
    };
    draw();
    theme.addEventListener("change", draw);
    const sized = new ResizeObserver(() => plot && element.clientWidth !== plot.width && draw());
    sized.observe(element);
    const forget = points.subscribe(() => plot?.setData(columns(points.peek(), tick.peek())));
    const forgetTick = tick.subscribe(() => plot?.setData(columns(points.peek(), tick.peek())));
    return () => {
      forget();
      forgetTick();
      sized.disconnect();
      theme.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, []);
  return <div class="plot" ref={host} aria-hidden="true" />;
}

function Numbers() {
  const rows = digest(points.value, tick.value);
  return (
    <details class="numbers">
      <summary>The same in numbers</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Ten seconds from ({zone.value === "utc" ? "UTC" : zoneName(tick.value)})</th>
            <th scope="col" class="number">
              Records a second
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={i}>
              <td>{clock(r.from, zone.value)}</td>
              <td class="number">{rate(r.rate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

export function RatePanel() {
  const picked = useSignal<Picked>(null);
  const { now, mean, peak } = summary.value;
  const at = picked.value;
  return (
    <Panel id="rate" title="Records a second" class="rate" aside={<span class="muted small">last 2 minutes</span>}>
      <Plot onPick={(p) => (picked.value = p)} />
      <p class="reading">
        {at ? (
          <>
            At {clock(at.at, zone.value)}: <b>{rate(at.rate)}</b>
          </>
        ) : (
          <>
            Now <b>{rate(now)}</b> · mean <b>{rate(mean)}</b> · peak <b>{rate(peak)}</b>
          </>
        )}
      </p>
      <Numbers />
    </Panel>
  );
}
