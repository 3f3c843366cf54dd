// The configuration that `npm run serve` passes to the Worker and the page. It comes from wrangler.toml and the folder of the page.

export type Standalone = {
	/** The patterns of `run_worker_first`: `*` stands for anything, and `!` before a pattern excludes what it matches. */
	readonly workerFirst: readonly string[];
	/** A hash of each static file, by path. */
	readonly files: { readonly [path: string]: string };
	/** True if a trusted proxy terminates TLS and names the client in `X-Forwarded-For`. */
	readonly isBehindProxy: boolean;
};
