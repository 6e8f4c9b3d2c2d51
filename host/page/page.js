// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
"use strict";

const PERIOD_MS = 300;       // between two questions for the figures
const PATIENCE_MS = 3000;    // for an answer, and for a stream to begin
const STALE_S = 3;           // without a new picture
const HISTORY = 100;         // latencies drawn: half a minute
const HUES = 8;

const byId = (id) => document.getElementById(id);
const picture = byId("picture");
const latencies = [];
let stream = null;           // the name of the stream that the picture shows
let asked = 0;               // when it was asked for

const count = (value) => Math.round(value).toLocaleString("en-GB");
const brief = (value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const known = (value, format) => (typeof value === "number" ? format(value) : "–");

function write(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function banner(id, text) {
  write(id, text);
  byId(id).hidden = text === "";
}

function openStream() {
  stream = Math.random().toString(36).slice(2);
  asked = performance.now();
  picture.src = `stream.mjpg?stream=${stream}`;
}

function closeStream() {
  stream = null;
  picture.removeAttribute("src");
}

function duration(seconds) {
  const whole = Math.floor(seconds);
  const two = (value) => String(value).padStart(2, "0");
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`;
}

function showGolden(checked, differ) {
  const bad = differ > 0;
  byId("golden").className = `golden ${bad ? "bad" : checked > 0 ? "good" : ""}`;
  const text = `${count(differ)} of ${count(checked)} differ`;
  write("golden-text", checked > 0 ? text : "not checked");
  // Without the numbers, which a screen reader would read out several times a second.
  banner("mismatch", bad ? "The results differ from the golden model." : "");
}

function row(name, milliseconds, index) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  const cell = document.createElement("td");
  head.scope = "row";
  head.className = `hue${index % HUES}`;
  head.textContent = name;
  cell.textContent = `${brief(milliseconds)} ms`;
  line.append(head, cell);
  return line;
}

function part(milliseconds, index) {
  const piece = document.createElement("span");
  piece.className = `hue${index % HUES}`;
  piece.style.flex = `${milliseconds} 0 0`;
  return piece;
}

function showStages(stages) {
  const times = Object.entries(stages).filter(([, value]) => typeof value === "number");
  byId("stages").hidden = times.length === 0;
  byId("stage-bar").replaceChildren(...times.map(([, value], i) => part(value, i)));
  byId("stage-rows").replaceChildren(...times.map(([name, value], i) => row(name, value, i)));
}

function showTrend(latency) {
  latencies.push(latency);
  if (latencies.length > HISTORY) latencies.shift();
  const low = Math.min(...latencies), high = Math.max(...latencies);
  const step = 100 / Math.max(1, latencies.length - 1);
  const points = latencies.map((value, i) => `${i * step} ${29 - 26 * (value / (high || 1))}`);
  const line = `M${points.join("L")}`;
  byId("trend-line").setAttribute("d", line);
  byId("trend-area").setAttribute("d", `${line}V30H0Z`);
  const seconds = Math.ceil(latencies.length * PERIOD_MS / 1000);
  write("trend-text", `${brief(low)} to ${brief(high)} ms in the last ${seconds} s`);
}

function showStatus(status) {
  write("network", status.network ?? "");
  write("backend", status.backend ?? "");
  write("fps", known(status.fps, brief));
  write("latency", known(status.latency_ms, brief));
  for (const name of ["frames", "faces", "dropped"]) write(name, known(status[name], count));
  write("seconds", known(status.seconds, duration));
  write("source", status.source ?? "–");
  if (typeof status.latency_ms === "number") showTrend(status.latency_ms);
  showGolden(status.checked ?? 0, status.mismatches ?? 0);
  showStages(status.stages ?? {});
}

function advice(report) {
  if (report.status.message) return report.status.message;
  if (!report.streaming && report.viewers >= report.most_viewers) {
    return `All ${report.most_viewers} places are taken. Trying again.`;
  }
  return report.age_s > STALE_S ? "No new picture for some seconds." : "";
}

function show(report) {
  const restored = byId("link").className === "link bad";
  byId("link").className = "link good";
  write("link", "live");
  banner("lost", "");
  banner("message", advice(report));
  write("viewers", count(report.viewers));
  byId("view").classList.toggle("stale", report.age_s > STALE_S);
  showStatus(report.status);
  fitPicture();
  const late = performance.now() - asked > PATIENCE_MS;
  if (!report.streaming && (restored || late)) openStream();
}

function lose(reason) {
  byId("link").className = "link bad";
  write("link", "not connected");
  byId("view").classList.add("stale");
  banner("lost", reason);
}

async function ask() {
  const answer = await fetch(`status.json?stream=${stream}`, {
    cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 403) {
    return lose("Access refused: open the address that the program printed.");
  }
  if (!answer.ok) throw new Error(answer.statusText);
  return show(await answer.json());
}

async function run() {
  // A page that nobody sees asks for nothing.
  if (document.hidden) {
    if (stream !== null) closeStream();
  } else {
    if (stream === null) openStream();
    await ask().catch(() => lose("Connection lost. Trying again."));
  }
  setTimeout(run, PERIOD_MS);
}

async function toggleFullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await byId("view").requestFullscreen();
}

function fitPicture() {
  byId("waiting").hidden = picture.naturalWidth > 0;
  if (picture.naturalWidth === 0) return;
  const ratio = `${picture.naturalWidth} / ${picture.naturalHeight}`;
  byId("view").style.setProperty("--ratio", ratio);
}

document.addEventListener("visibilitychange", () => document.hidden && stream && closeStream());
document.addEventListener("fullscreenchange", () => {
  byId("full").setAttribute("aria-pressed", String(document.fullscreenElement !== null));
});
byId("full").hidden = !document.fullscreenEnabled;
byId("full").addEventListener("click", toggleFullScreen);
run();
