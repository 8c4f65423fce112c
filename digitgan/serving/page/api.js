// Asks the server for JSON, or sends it some.

/**
 * @param {string} path
 * @param body what to POST; without one the path is read.
 * @returns {Promise<any>}
 * @throws an Error with a line for people, and the status.
 */
export async function callApi(path, body = undefined) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let reply;
  try {
    reply = await fetch(path, body ? post : { cache: "no-cache" });
  } catch {
    throw new Error("The server does not answer. Trying again.");
  }
  const answer = await reply.json().catch(() => ({}));
  if (reply.ok) return answer;
  throw Object.assign(new Error(answer.detail ?? `The server says ${reply.status}.`), { status: reply.status });
}
