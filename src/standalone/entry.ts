// The Worker on plain workerd. First does what Cloudflare's edge would do. `npm run serve` starts it; Cloudflare never runs it.

import worker from "../worker.ts";
import { atEdge, isForWorker } from "./routing.ts";
import type { Standalone } from "./standalone.ts";

export * from "../worker.ts";

export default {
	async fetch(request, env, ctx) {
		const asked = atEdge(request, env.STANDALONE);
		return isForWorker(asked, env.STANDALONE) ? worker.fetch(asked, env, ctx) : env.ASSETS.fetch(asked);
	},
} satisfies ExportedHandler<Env & { STANDALONE: Standalone }>;
