// How the connection is: always said in the header, and told at length where something can be done about it.

import type { ConnectionState } from "../connection.ts";
import { strings } from "../strings.ts";
import styles from "./ConnectionStatus.module.css";

export function ConnectionStatus({ connection, wasConnected }: { connection: ConnectionState; wasConnected: boolean }) {
	return (
		<output className={styles.status} aria-label={strings.connection} data-state={connection.type}>
			<span className={styles.dot} aria-hidden="true" />
			<span className={styles.text}>{describe(connection, wasConnected)}</span>
		</output>
	);
}

function describe({ type }: ConnectionState, wasConnected: boolean): string {
	switch (type) {
		case "connected":
			return strings.connected;
		case "connecting":
		case "waiting":
			return wasConnected ? strings.reconnecting : strings.connecting;
		case "offline":
			return strings.offline;
		case "ended":
			return strings.ended;
		default:
			return type satisfies never;
	}
}

export function ConnectionBanner({ connection, onRetry }: { connection: ConnectionState; onRetry(): void }) {
	if (connection.type !== "waiting" && connection.type !== "offline") return null;
	return (
		<p className={styles.banner}>
			{connection.type === "offline" ? strings.offlineBanner : strings.waitingBanner}
			<button type="button" onClick={onRetry}>
				{strings.reconnectNow}
			</button>
		</p>
	);
}
