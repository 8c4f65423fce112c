// Where the pages' other files are. Where all of a page is one file, that one puts another
// files.js in this one's place.

/** The URL of a file beside this one. */
export const fileUrl = (path) => new URL(path, import.meta.url).href;

/** Start a worker, a module of a path. */
export const newWorker = (path) => new Worker(fileUrl(path), { type: "module" });
