// Reads wrangler.toml for `npm run serve`. Keys that it can neither support nor do without become a message for the deployer. Pure.

/** The parts of wrangler.toml that concern plain workerd, as wrangler reads them. */
export type WranglerConfig = {
	compatibility_date?: string;
	compatibility_flags: string[];
	assets?: { directory?: string; binding?: string; not_found_handling?: string; run_worker_first?: string[] | boolean };
	vars: Record<string, unknown>;
	durable_objects: { bindings: { name: string; class_name: string; script_name?: string }[] };
	exports?: Record<string, { type?: string; storage?: string }>;
	ratelimits: { name: string; simple: { limit: number; period: number } }[];
};

export type Plan = {
	compatibilityDate: string;
	compatibilityFlags: string[];
	page: { folder: string; binding: string; workerFirst: string[] };
	vars: Record<string, string>;
	objects: { binding: string; className: string }[];
	limits: { binding: string; limit: number; period: number }[];
};

/** The keys that are supported here, or that only wrangler and Cloudflare need. */
const understood = new Set([
	...["name", "main", "compatibility_date", "compatibility_flags", "assets", "vars", "durable_objects", "exports", "ratelimits"],
	...[
		"build",
		"observability",
		"account_id",
		"routes",
		"route",
		"workers_dev",
		"preview_urls",
		"minify",
		"keep_vars",
		"limits",
		"placement",
	],
	...["logpush", "dev", "send_metrics", "upload_source_maps"],
]);

/** The keys that Parley can do without, each with a note for the deployer. */
const doneWithout: Record<string, string> = {
	r2_buckets: "There is no bucket without Cloudflare: files are stored in their objects, in the data folder.",
	analytics_engine_datasets: "There is no Analytics Engine without Cloudflare. /api/metrics works.",
};

/** `raw` is wrangler.toml as it is written, and `config` is what wrangler reads from it. */
export function planOf(config: WranglerConfig, raw: object): { plan: Plan; notes: string[] } | { problem: string } {
	const keys = Object.keys(raw);
	const unknown = keys.filter((key) => !understood.has(key) && !Object.hasOwn(doneWithout, key));
	if (unknown.length > 0) return { problem: `wrangler.toml has ${unknown.join(", ")}, which Parley cannot have without Cloudflare yet.` };
	const { assets = {}, compatibility_date: compatibilityDate } = config;
	const { directory: folder, binding, run_worker_first: workerFirst } = assets;
	if (!compatibilityDate) return { problem: "wrangler.toml has no compatibility_date." };
	if (!folder || !binding || !Array.isArray(workerFirst) || assets.not_found_handling !== "single-page-application")
		return { problem: "[assets] in wrangler.toml needs directory, binding, run_worker_first as a list, and single-page-application." };
	const objects = config.durable_objects.bindings.map(({ name, class_name }) => ({ binding: name, className: class_name }));
	const odd = objects.filter(({ className }) => config.exports?.[className]?.storage !== "sqlite").map(({ className }) => className);
	if (odd.length > 0) return { problem: `wrangler.toml must export ${odd.join(", ")} with storage = "sqlite".` };
	const plan: Plan = {
		compatibilityDate,
		compatibilityFlags: config.compatibility_flags,
		page: { folder, binding, workerFirst },
		vars: Object.fromEntries(Object.entries(config.vars).map(([name, value]) => [name, textOf(value)])),
		objects,
		limits: config.ratelimits.map(({ name, simple: { limit, period } }) => ({ binding: name, limit, period })),
	};
	return { plan, notes: keys.flatMap((key) => doneWithout[key] ?? []) };
}

/** `[vars]` may hold other types than text. */
function textOf(value: unknown): string {
	return typeof value === "string" ? value : JSON.stringify(value);
}
