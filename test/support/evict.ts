import { evictDurableObject } from "cloudflare:test";

/** In ms. What still uses an object is over by then, also on a busy machine. */
const patience = 30_000;

/**
 * Lets an object sleep as soon as nothing uses it any more: by default its sockets stay. The runtime itself waits only about a second for
 * calls that are under way.
 */
export async function evict(...[stub, options]: Parameters<typeof evictDurableObject>): Promise<void> {
	for (const until = Date.now() + patience; ; ) {
		try {
			return await evictDurableObject(stub, options);
		} catch (error) {
			// It sleeps already.
			if (/not currently running/.test(String(error))) return;
			if (!/still has active references/.test(String(error)) || Date.now() > until) throw error;
		}
	}
}
