"""A fake for the Hugging Face hub: what huggingface_hub asks of it, on a port.

It keeps repositories in memory. Small files come in the commit; others, as the hub
wants it for binary ones, by Git LFS.
"""

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

TOKEN = "hf_of_the_tests"
BINARY = (".onnx", ".keras", ".npz", ".png", ".parquet")


class Hub(ThreadingHTTPServer):
    """The hub's state: files of each repository, LFS objects, and the requests made."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos, self.objects, self.requests = {}, {}, []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def version(self, repo):
        files = repr(sorted(self.repos[repo].items()))
        return hashlib.sha1(files.encode()).hexdigest()


@contextmanager
def hub():
    with Hub() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def handle_one(self):
        path = urlsplit(self.path).path
        self.server.requests.append(f"{self.command} {path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        authorized = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if self.command == "POST" and not authorized:
            return self.answer(403, {"error": "this token may not write"})
        for method, pattern, action in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in method:
                return action(self, body, *match.groups())
        return self.answer(404, {"error": f"the fake hub has no {path}"})

    do_GET = do_HEAD = do_POST = do_PUT = handle_one

    def answer(self, code, content=b"", **headers):
        if not isinstance(content, bytes):
            content, headers["Content-Type"] = json.dumps(content).encode(), "text/json"
            headers["Content-Type"] = "application/json"
        self.send_response(code)
        headers.setdefault("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def missing(self, repo):
        if repo in self.server.repos:
            return False
        self.answer(401, {"error": "not found"}, X_Error_Code="RepoNotFound")
        return True


def create(self, body):
    request = json.loads(body)
    repo = f"{request['organization']}/{request['name']}"
    if request.get("type") in ("dataset", "space"):
        repo = f"{request['type']}s/{repo}"
    url = f"{self.server.url}/{repo}"
    if repo in self.server.repos:
        return self.answer(409, {"error": "it is there", "url": url})
    self.server.repos[repo] = {}
    return self.answer(200, {"url": url, "id": repo, "name": repo})


def validate(self, body):
    content = json.loads(body)["content"]
    head = re.match(r"---\n(.*?)\n---\n", content, re.DOTALL)
    errors = [] if head else [{"message": "no metadata"}]
    self.answer(200, {"errors": errors, "warnings": []})


def preupload(self, body, kind, repo):
    repo = repo if kind == "models" else f"{kind}/{repo}"
    if self.missing(repo):
        return
    modes = [
        {
            "path": one["path"],
            "uploadMode": "lfs" if one["path"].endswith(BINARY) else "regular",
            "shouldIgnore": False,
            "oid": None,
        }
        for one in json.loads(body)["files"]
    ]
    self.answer(200, {"files": modes})


def batch(self, body, repo):
    objects = [
        {
            "oid": one["oid"],
            "size": one["size"],
            "actions": {"upload": {"href": f"{self.server.url}/lfs/{one['oid']}"}},
        }
        for one in json.loads(body)["objects"]
    ]
    self.answer(200, {"transfer": "basic", "objects": objects})


def store(self, body, oid):
    right = hashlib.sha256(body).hexdigest() == oid
    if right:
        self.server.objects[oid] = body
    self.answer(200 if right else 400)


def commit(self, body, kind, repo):
    repo = repo if kind == "models" else f"{kind}/{repo}"
    if self.missing(repo):
        return
    files = self.server.repos[repo]
    for line in body.splitlines():
        entry = json.loads(line)
        value = entry["value"]
        if entry["key"] == "file":
            files[value["path"]] = base64.b64decode(value["content"])
        elif entry["key"] == "lfsFile":
            files[value["path"]] = self.server.objects[value["oid"]]
    sha = self.server.version(repo)
    url = f"{self.server.url}/{repo}/commit/{sha}"
    self.answer(200, {"success": True, "commitOid": sha, "commitUrl": url})


def about(self, _, kind, repo, revision=None):
    repo = repo if kind == "models" else f"{kind}/{repo}"
    if self.missing(repo):
        return
    if revision not in (None, "main", self.server.version(repo)):
        self.answer(404, {"error": "none"}, X_Error_Code="RevisionNotFound")
        return
    names = [{"rfilename": name} for name in self.server.repos[repo]]
    sha = self.server.version(repo)
    self.answer(200, {"id": repo, "modelId": repo, "sha": sha, "siblings": names})


def tree(self, _, kind, repo):
    repo = repo if kind == "models" else f"{kind}/{repo}"
    if self.missing(repo):
        return
    rows = [
        {
            "type": "file",
            "path": name,
            "size": len(content),
            "oid": hashlib.sha1(content).hexdigest(),
        }
        for name, content in self.server.repos[repo].items()
    ]
    self.answer(200, rows)


def resolve(self, _, repo, name):
    if self.missing(repo):
        return
    content = self.server.repos[repo].get(name)
    if content is None:
        self.answer(404, {"error": "no file"}, X_Error_Code="EntryNotFound")
        return
    headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
    headers["X-Repo-Commit"] = self.server.version(repo)
    self.answer(200, content, **headers)


REPO = r"((?:(?:datasets|spaces)/)?[\w.-]+/[\w.-]+)"
API = r"/api/(models|datasets|spaces)/([\w.-]+/[\w.-]+)"
ROUTES = (
    (("POST",), "/api/repos/create", create),
    (("POST",), "/api/validate-yaml", validate),
    (("POST",), f"{API}/preupload/main", preupload),
    (("POST",), rf"/{REPO}\.git/info/lfs/objects/batch", batch),
    (("PUT",), r"/lfs/(\w+)", store),
    (("POST",), f"{API}/commit/main", commit),
    (("GET",), rf"{API}(?:/revision/([\w.]+))?", about),
    (("GET",), rf"{API}/tree/\w+", tree),
    (("GET", "HEAD"), rf"/{REPO}/resolve/\w+/(.+)", resolve),
)
