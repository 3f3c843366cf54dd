// The style and the script of the API's page. They stand in the page itself, so that it loads nothing.

export const style = `
:root { color-scheme: light dark; --line: light-dark(#dfe3e0, #353b38); --quiet: light-dark(#5a635e, #9aa59f); --ground: light-dark(#fafbfa, #151817);
  --text: light-dark(#1b1f1d, #e6eae8); --raised: light-dark(#f1f4f2, #1e2321); --accent: light-dark(#0b6b50, #6fd3b0); }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; display: grid; gap: 0 2.5rem; padding: 1.5rem 1rem; }
header, main { min-width: 0; }
h1, h2, h3 { line-height: 1.25; margin: 0; }
h1 { font-size: 1.75rem; }
h2 { font-size: 1.4rem; padding-top: 2.5rem; }
h3 { font-size: 1.1rem; }
h4 { margin: 1.25rem 0 0.25rem; font-size: 0.875rem; color: var(--quiet); font-weight: 600; }
p { margin: 0.4rem 0; max-width: 44rem; }
a { color: var(--accent); }
code, pre { font: 0.85em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
pre { margin: 0.25rem 0; padding: 0.75rem; max-height: 26rem; overflow: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 0.5rem; }
pre code { font-size: 0.8125rem; white-space: pre-wrap; overflow-wrap: anywhere; }
h4 code { color: var(--text); font-size: 1rem; }
input { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--quiet); border-radius: 0.5rem; padding: 0.5rem 0.75rem; width: min(26rem, 100%); }
#count { color: var(--quiet); font-size: 0.875rem; }
nav { font-size: 0.9375rem; padding: 1rem 0; }
nav ul { margin: 0.15rem 0 0.9rem; padding: 0; list-style: none; }
nav a { display: block; padding: 0.2rem 0; color: inherit; text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav .group { font-weight: 600; padding: 0.3rem 0; }
summary { cursor: pointer; }
summary .type { font-weight: 400; }
article { padding: 1.75rem 0; border-top: 1px solid var(--line); margin-top: 1.25rem; min-width: 0; }
article .samples { min-width: 0; }
.call { overflow-wrap: anywhere; }
.call b { color: var(--accent); }
.fields, .errors { margin: 0.25rem 0; }
dt { margin-top: 0.6rem; overflow-wrap: anywhere; }
dt code { font-weight: 600; }
dd { margin: 0; max-width: 44rem; overflow-wrap: anywhere; }
dd .fields { margin: 0.4rem 0 0 0.25rem; padding-left: 0.9rem; border-left: 2px solid var(--line); }
.type { color: var(--quiet); font-size: 0.875rem; }
.errors dt { margin-top: 0.35rem; }
.errors dd, .fields dd { font-size: 0.9375rem; }
@media (min-width: 56rem) {
  body { grid-template-columns: 15rem minmax(0, 1fr); grid-template-rows: auto 1fr; padding: 2rem 2.5rem; }
  header { grid-column: 2; }
  nav { grid-column: 1; grid-row: 1 / span 2; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 0.5rem 0 2rem; }
  main { grid-column: 2; }
}
@media (min-width: 80rem) {
  article { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 0.85fr); gap: 0 2.5rem; }
  .samples { position: sticky; top: 1rem; align-self: start; }
}
@media (max-width: 55.99rem) {
  nav a { padding: 0.35rem 0; }
  nav .group { padding: 0.5rem 0; }
}
`;

/**
 * Shows the entries whose text has all the words that are typed. The contents are folded until somebody looks into a group or filters;
 * `/` goes to the filter.
 */
export const script = `
const search = document.querySelector("#search");
const field = search.querySelector("input");
const count = document.querySelector("#count");
const entries = [...document.querySelectorAll("[data-entry]")].map((element) => ({
  element,
  link: document.querySelector('nav a[href="#' + element.id + '"]').parentElement,
  text: element.textContent.toLowerCase(),
}));
const groups = [...document.querySelectorAll("nav [data-group]")];
const groupOf = (id) => document.getElementById(id)?.closest("section")?.id;
// Of the groups, only those are open that have what is looked for.
function fold(isOpen) {
  for (const group of groups) group.open = isOpen(group);
}
function foldToPlace() {
  const id = decodeURIComponent(location.hash.slice(1));
  fold((group) => group.dataset.group === groupOf(id));
}
function filter() {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const { element, link, text } of entries) {
    const matches = words.every((word) => text.includes(word));
    element.hidden = link.hidden = !matches;
    shown += matches ? 1 : 0;
  }
  for (const group of groups) {
    const isEmpty = !group.querySelector("li:not([hidden])");
    group.hidden = isEmpty;
    document.getElementById(group.dataset.group).hidden = isEmpty;
  }
  if (words.length === 0) foldToPlace();
  else fold((group) => !group.hidden && shown <= 40);
  count.textContent = words.length === 0 ? "" : shown === 0 ? "Nothing matches." : shown + " of " + entries.length;
}
field.addEventListener("input", filter);
field.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || field.value === "") return;
  field.value = "";
  filter();
});
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
addEventListener("hashchange", () => {
  if (field.value === "") foldToPlace();
});
search.hidden = false;
filter();
`;
