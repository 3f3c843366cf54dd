// The Worker on plain workerd. First does what Cloudflare's edge would do. `npm run serve` starts it; Cloudflare never runs it.

import worker, * as objects from "../worker.ts";
import { type RoomEnv, sparing, withRoom } from "./room.ts";
import { atEdge, isForWorker } from "./routing.ts";
import type { Standalone } from "./standalone.ts";

export const ConversationObject = sparing(objects.ConversationObject);
export const DeploymentObject = sparing(objects.DeploymentObject);
export const DirectoryObject = sparing(objects.DirectoryObject);
export const FilesObject = sparing(objects.FilesObject);
export const LedgerObject = sparing(objects.LedgerObject);
export const PollingObject = sparing(objects.PollingObject);
export const PushEndpointObject = sparing(objects.PushEndpointObject);
export const RelayObject = sparing(objects.RelayObject);
export const UserObject = sparing(objects.UserObject);

export default {
	async fetch(request, env, ctx) {
		const asked = atEdge(request, env.STANDALONE);
		if (!isForWorker(asked, env.STANDALONE)) return env.ASSETS.fetch(asked);
		return withRoom(env, { waitUntil: (work) => ctx.waitUntil(work), answer: () => worker.fetch(asked, env, ctx) });
	},
} satisfies ExportedHandler<Env & RoomEnv & { STANDALONE: Standalone }>;
