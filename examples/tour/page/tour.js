"use strict";

const PAGE = 20;
const form = document.querySelector("form");
const submit = form.querySelector("button");
const [message, problem, posts, none, older] = ["message", "problem", "posts", "none", "older"].map((id) =>
  document.getElementById(id));

/** An element with children. A string is a text and never HTML. */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The JSON of an answer; what is no success is thrown, as a problem (RFC 9457). */
async function ask(path, request) {
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw { title: "No answer", detail: "the server can't be reached" };
  }
  const json = await answer.json().catch(() => ({ title: `${answer.status} ${answer.statusText}` }));
  if (!answer.ok) throw json;
  return json;
}

/** Says what went wrong, and marks the fields that `errors` points at. */
function tell({ title, detail, errors = [] }) {
  problem.append(element("strong", {}, detail ? `${title}: ` : title), detail ?? "");
  if (errors.length > 0) {
    const name = (pointer) => pointer.slice(1) || "body";
    problem.append(element("ul", {}, ...errors.map(({ pointer, detail }) =>
      element("li", {}, `${name(pointer)} ${detail}`))));
  }
  const fields = errors.map(({ pointer }) => form.elements.namedItem(pointer.slice(1))).filter(Boolean);
  for (const field of fields) field.setAttribute("aria-invalid", "true");
  fields[0]?.focus();
}

function forget() {
  message.replaceChildren();
  problem.replaceChildren();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** Shows the newest posts, or those that are older than the last one shown. */
async function show(before) {
  const found = await ask(`/api/post?limit=${PAGE}${before ? `&before=${before}` : ""}`);
  const rows = found.map(({ id, title, post }) =>
    element("li", {},
      element("header", {}, element("h3", {}, title), element("a", { href: `/api/post/${id}` }, `#${id}`)),
      element("p", {}, post)));
  if (before) posts.append(...rows);
  else posts.replaceChildren(...rows);
  older.value = found.at(-1)?.id ?? "";
  older.hidden = found.length < PAGE;
  none.hidden = posts.childElementCount > 0;
}

// What fits is for the API to say, so that it is said once; without this script the browser asks for both fields.
form.noValidate = true;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  submit.disabled = true;
  forget();
  try {
    const answer = await ask(form.action, {
      method: form.method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    message.textContent = answer.message;
    form.reset();
    form.elements.title.focus();
    await show();
  } catch (caught) {
    tell(caught);
  } finally {
    submit.disabled = false;
  }
});

older.addEventListener("click", () => show(older.value).catch(tell));
show().catch(tell);
