// The chunk protocol's two servers, in memory: the API's rules, S3's expiry, and the faults that a test wants.

import { createHash } from "node:crypto";
import { UploadRefused } from "../../../../frontends/candidate/static/js/upload/verdicts.js";

export const problem = (status, code) => Object.assign(new Error(code), { status, code });
export const hash = (bytes) => createHash("sha256").update(new Uint8Array(bytes)).digest("hex");

export class FakeServer {
  now = 1_000_000;
  seconds = 900;
  takes = new Map();
  objects = new Map();
  calls = [];
  // How long a step takes, ms.
  delay = 1;
  // Called with the step's name ("announce", "put", "complete", "finish", "list") before it runs; may throw.
  fault = () => {};
  // Called after it ran: throwing loses the answer.
  unheard = () => {};
  flying = 0;
  mostFlying = 0;

  take(id) {
    this.takes.set(id, { announced: new Map(), stored: new Set(), state: "recording", chunks: null, gaps: null });
    return this.takes.get(id);
  }

  async #step(name, detail, run) {
    this.calls.push(`${name} ${detail}`);
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    this.fault(name, detail);
    const answer = await run();
    this.unheard(name, detail);
    return answer;
  }

  api = {
    post: (path, body) => {
      const [, , , id, what, number] = path.split("/");
      const take = this.takes.get(id);
      if (what === "finish") return this.#step("finish", id, () => this.#finish(id, take, body));
      if (number !== undefined)
        return this.#step("complete", number, () => this.#complete(id, take, Number(number), body));
      return this.#step("announce", String(body.number), () => this.#announce(id, take, body));
    },
    get: () => Promise.reject(new Error("not asked")),
  };

  #open(take) {
    if (!take) throw problem(404, "not-found");
    if (take.state === "abandoned") throw problem(409, "take-abandoned");
    if (take.state === "closed") throw problem(409, "take-stored");
  }

  #announce(id, take, { number, size, sha256 }) {
    this.#open(take);
    if (take.stored.has(number) && take.announced.get(number).sha256 !== sha256) throw problem(409, "chunk-differs");
    take.announced.set(number, { size, sha256 });
    return {
      number,
      upload: {
        url: `s3:${id}/${number}`,
        headers: { "Content-Length": String(size), "x-amz-checksum-sha256": sha256 },
        expires_at: new Date(this.now + this.seconds * 1000).toISOString(),
      },
    };
  }

  put = async (upload, bytes) => {
    this.flying += 1;
    this.mostFlying = Math.max(this.mostFlying, this.flying);
    try {
      await this.#step("put", upload.url.split("/").at(-1), () => {
        if (Date.parse(upload.expires_at) < this.now) throw new UploadRefused(403);
        if (upload.headers["x-amz-checksum-sha256"] !== hash(bytes)) throw new UploadRefused(400);
        this.objects.set(upload.url, bytes);
      });
    } finally {
      this.flying -= 1;
    }
  };

  #complete(id, take, number, { sha256 }) {
    this.#open(take);
    const object = this.objects.get(`s3:${id}/${number}`);
    if (!object) throw problem(409, "upload-missing");
    if (hash(object) !== sha256) throw problem(422, "sha256-mismatch");
    take.stored.add(number);
    return {};
  }

  #finish(id, take, { chunks, accept_gaps }) {
    if (take?.state === "stored") return {};
    this.#open(take);
    const missing = Array.from({ length: chunks }, (_, number) => number).filter((number) => !take.stored.has(number));
    if (missing.length === chunks) throw problem(409, "nothing-recorded");
    if (missing.length > 0 && !accept_gaps) throw problem(409, "chunks-missing");
    Object.assign(take, { state: "stored", chunks, gaps: missing });
    return {};
  }

  // What the server has of a take, in order.
  recording(id) {
    const numbers = [...this.takes.get(id).stored].sort((a, b) => a - b);
    return numbers.map((number) => new TextDecoder().decode(this.objects.get(`s3:${id}/${number}`)));
  }
}
