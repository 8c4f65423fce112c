// Opens a page of the one-file site: makes modules of the texts in its table, shows the
// page that the address asks for, and keeps its name there.

/** Make URLs of modules, each after those that it imports: its text names them. */
function moduleUrls(modules) {
  const urls = {};
  for (const [name, text] of modules) {
    const source = text.replace(/\[\[([\w./-]+)\]\]/g, (_, imported) => urls[imported]);
    urls[name] = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  }
  return urls;
}

/** What a worker runs first: messages that come before its module is there are kept. */
function startWorker(moduleUrls, table, entry) {
  const early = [];
  const keep = (event) => early.push(event.data);
  addEventListener("message", keep);
  globalThis.digitgan = { files: table.files };
  import(moduleUrls(table.modules)[entry]).then(() => {
    removeEventListener("message", keep);
    for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
  });
}

function openPage(table) {
  const workerTable = JSON.stringify({ files: table.files, modules: table.modules });
  const newWorker = (entry) => {
    const source = `${moduleUrls}\n(${startWorker})(moduleUrls, ${workerTable}, ${JSON.stringify(entry)});`;
    return new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  };
  globalThis.digitgan = { files: table.files, newWorker };

  const names = Object.keys(table.pages);
  const asked = `${new URLSearchParams(location.search).get("page")}.html`;
  const name = names.includes(asked) ? asked : names[0];
  const page = new DOMParser().parseFromString(table.pages[name], "text/html");
  document.head.replaceChildren(...page.head.childNodes);
  document.body.replaceChildren(...page.body.childNodes);

  // Links and addresses name a page of this file, not a file.
  const here = (url, page) => {
    const query = new URLSearchParams(url.replace(/^[^?]*/, ""));
    query.set("page", page.replace(".html", ""));
    return `?${query}`;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a:not([download])");
    const [, path, hash] = /^(?:\.\/)?([\w.]*)(?:\?[^#]*)?(#.*)?$/.exec(link?.getAttribute("href") ?? "#") ?? [];
    if (path === undefined || (!path && hash)) return;
    event.preventDefault();
    location.href = here(link.getAttribute("href").replace(/#.*/, ""), names.includes(path) ? path : names[0]) + (hash ?? "");
  });
  for (const method of ["pushState", "replaceState"]) {
    const original = history[method].bind(history);
    history[method] = (state, title, url) => original(state, title, here(url, name));
  }
  const script = /** @type {HTMLElement} */ (document.querySelector("script[data-entry]"));
  if (script) import(moduleUrls(table.modules)[script.dataset.entry]);
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}
