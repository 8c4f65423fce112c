// Asks the server for JSON, or sends it some.

/** @param body what to send; without one it is asked for. Throws an Error with a line for people. */
export async function ask(path, body) {
  const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let reply;
  try {
    reply = await fetch(path, body ? sent : { cache: "no-cache" });
  } catch {
    throw new Error("The server does not answer. Trying again.");
  }
  const told = await reply.json().catch(() => ({}));
  if (reply.ok) return told;
  throw Object.assign(new Error(told.detail ?? `The server says ${reply.status}.`), { status: reply.status });
}
