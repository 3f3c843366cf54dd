// Reports whether the page is visible, so that nothing is pushed meanwhile.

import type { ListClient } from "../list/listClient.ts";

/** A new socket knows of no visible page. Returns how to stop. */
export function reportLooking(client: Pick<ListClient, "subscribe" | "snapshot" | "send">, looking: boolean): () => void {
	let wasConnected = false;
	const report = () => {
		const isConnected = client.snapshot().connection.type === "connected";
		if (isConnected && !wasConnected) client.send({ type: "me:looking", looking });
		wasConnected = isConnected;
	};
	report();
	return client.subscribe(report);
}
