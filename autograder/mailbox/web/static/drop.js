// The page to drop a notebook on: exchanges a code, hands in, shows the receipt and what became of it.
"use strict";
const $ = (id) => document.getElementById(id);
const own = { get token() { return sessionStorage.getItem("token"); }, get name() { return sessionStorage.getItem("name"); } };

function say(text, bad) {
  $("said").textContent = text;
  $("said").className = bad ? "bad" : "";
}

async function ask(path, options = {}) {
  const headers = { ...(options.headers || {}), ...(own.token ? { Authorization: `Bearer ${own.token}` } : {}) };
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch {
    throw new Error("the mailbox does not answer: look at your connection, then try again; twice does no harm");
  }
  if (answer.ok) return answer;
  const found = await answer.json().catch(() => ({}));
  if (answer.status === 401) forget();
  throw new Error(found.error || `the mailbox answered ${answer.status}`);
}

function forget() {
  sessionStorage.clear();
  show();
}

function show() {
  $("who").hidden = Boolean(own.token);
  $("drop").hidden = !own.token;
  $("before").hidden = true;
  $("hello").textContent = own.name ? `2. Your notebook, ${own.name}` : "2. Your notebook";
}

function cell(row, text, tag = "td") {
  const made = document.createElement(tag);
  made.textContent = text;
  row.append(made);
  return made;
}

function when(text) {
  return text ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : "none";
}

function showReceipt(found) {
  const { receipt } = found;
  const facts = $("receipt").querySelector("dl");
  facts.replaceChildren();
  const lines = [["Number", receipt.number], ["Received", when(receipt.received) + (receipt.late ? ", late" : "")],
    ["Due", when(receipt.due)], ["Size", `${receipt.size.toLocaleString("en")} bytes`], ["SHA-256", receipt.sha256]];
  for (const [name, value] of lines) {
    cell(facts, name, "dt");
    cell(facts, value, "dd");
  }
  $("keep").href = `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(found, null, 1))}`;
  $("keep").download = `receipt-${receipt.number}.json`;
  $("receipt").hidden = false;
}

function answersOf(found) {
  if (!found) return "not looked at yet";
  const parts = [`${found.found.length} found`];
  if (found.empty.length) parts.push(`empty: ${found.empty.join(", ")}`);
  if (found.refused && found.refused.length) parts.push(`could not be used: ${found.refused.join(", ")}`);
  return parts.join("; ");
}

async function showBefore() {
  if (!own.token) return;
  const { submissions } = await (await ask("/submissions")).json();
  const body = $("before").querySelector("tbody");
  body.replaceChildren();
  for (const each of submissions) {
    const row = document.createElement("tr");
    cell(row, each.number);
    cell(row, when(each.received) + (each.late ? ", late" : ""));
    cell(row, each.state + (each.counts ? ", counts" : ""));
    cell(row, answersOf(each.answers)).className = "long";
    cell(row, each.points === null ? "not shown yet" : `${Math.round(each.points * 100) / 100} of ${each.max_points}`);
    const last = cell(row, "");
    if (each.feedback) {
      const button = cell(last, "Show", "button");
      button.type = "button";
      button.className = "plain";
      button.setAttribute("aria-label", `Show the feedback for ${each.number}`);
      button.onclick = () => attempt(() => showFeedback(each.number));
    }
    body.append(row);
  }
  $("before").hidden = submissions.length === 0;
}

async function showFeedback(number) {
  $("page").srcdoc = await (await ask(`/submissions/${encodeURIComponent(number)}/feedback`)).text();
  $("page").hidden = false;
  $("page").scrollIntoView();
}

async function attempt(work) {
  for (const button of document.querySelectorAll("button")) button.disabled = true;
  try {
    await work();
  } catch (error) {
    say(`Not done: ${error.message}.`, true);
  } finally {
    for (const button of document.querySelectorAll("button")) button.disabled = false;
  }
}

$("who").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const answer = await ask("/tokens", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code: $("code").value }),
    });
    const found = await answer.json();
    sessionStorage.setItem("token", found.token);
    sessionStorage.setItem("name", found.name);
    $("code").value = "";
    say("");
    show();
    await showBefore();
    $("file").focus();
  });
});

$("drop").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const file = $("file").files[0];
    say("Sending…");
    const { assignment } = await (await ask("/course")).json();
    const query = new URLSearchParams({ assignment, name: file.name });
    const answer = await ask(`/submissions?${query}`, {
      method: "POST", body: file, headers: { "Content-Type": "application/octet-stream", "X-Client": "drop page" },
    });
    const found = await answer.json();
    showReceipt(found);
    say(answer.status === 201 ? `Received: ${found.receipt.number}.` : `This file was here already; the receipt is ${found.receipt.number}.`);
    await showBefore();
  });
});

$("leave").onclick = () => { forget(); say(""); $("receipt").hidden = true; $("code").focus(); };
$("again").onclick = () => attempt(showBefore);
for (const kind of ["dragover", "dragleave", "drop"]) {
  $("target").addEventListener(kind, (event) => {
    event.preventDefault();
    $("target").classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) $("file").files = event.dataTransfer.files;
  });
}
show();
attempt(showBefore);
