// The Durable Object of one push endpoint: whose it is. A browser that somebody else signs in on brings the same endpoint, and
// must not get the notifications of whoever was there before.

import { DurableObject } from "cloudflare:workers";
import * as pushLimits from "../protocol/push/limits.ts";

/** In ms. By then the subscription has ended, unless it was renewed, which claims it again. */
const keptFor = pushLimits.lifetime + 24 * 3600_000;

const ownerKey = "owner";

/** Named by the SHA-256 of the endpoint in hex. */
export class PushEndpointObject extends DurableObject<Env> {
	/** The endpoint is this person's from now on. Rejects, and changes nothing, if it cannot be taken from the former owner. */
	async claim(userId: string): Promise<void> {
		const { storage, id } = this.ctx;
		const former = await storage.get<string>(ownerKey);
		if (former !== undefined && former !== userId) await this.env.USERS.getByName(former).removeDevice(id.name as string);
		await storage.put(ownerKey, userId);
		await storage.setAlarm(Date.now() + keptFor);
	}

	/** It is nobody's any more, unless somebody else has claimed it. */
	async release(userId: string): Promise<void> {
		if ((await this.ctx.storage.get(ownerKey)) === userId) await this.ctx.storage.deleteAll();
	}

	override async alarm(): Promise<void> {
		await this.ctx.storage.deleteAll();
	}
}
