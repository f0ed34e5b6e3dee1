// A client of the tour whose types come from its document. Where a handler's type changes in a way that this code can't
// bear, `tsc` says so. `npm run check`, then `npm start -- http://127.0.0.1:3000` beside `cargo run --example tour`.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./tour.js";

type Post = components["schemas"]["Post"];
type Problem = components["schemas"]["Problem"];

const client = createClient<paths>({ baseUrl: process.argv[2] ?? "http://127.0.0.1:3000" });

const hello = await client.GET("/api/hello");
assert.equal(hello.data?.name, "John Doe");

const trivia = await client.GET("/api/trivia/{number}", { params: { path: { number: 42 } }, parseAs: "text" });
assert.match(trivia.data ?? "", /42/);

const kept = await client.POST("/api/post", { body: { title: "Typed", post: "From TypeScript." } });
assert.equal(kept.response.status, 201);
const id: number | undefined = kept.data?.id;
assert(id !== undefined);

const list = await client.GET("/api/post", { params: { query: { limit: 10 } } });
const posts: Post[] = list.data ?? [];
assert(posts.some((post) => post.id === id && post.title === "Typed"));

const read = await client.GET("/api/post/{id}", { params: { path: { id } } });
assert.deepEqual(read.data, { id, title: "Typed", post: "From TypeScript." });

const refused = await client.POST("/api/post", { body: { title: "", post: "No title." } });
const problem: Problem | undefined = refused.error;
assert.equal(problem?.status, 422);
assert.equal(problem?.errors?.[0]?.pointer, "/title");

const absent = await client.GET("/api/post/{id}", { params: { path: { id: 0 } } });
assert.equal(absent.error?.detail, "no post has this id");

console.log("the typed client read, wrote and was refused as its types say");
