// The state of the connection in a word, always shown in the header.

import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { ConnectionState } from "../live/connection.ts";
import { useConnectionGap } from "../useConnectionGap.ts";
import styles from "./ConnectionStatus.module.css";

export function ConnectionStatus({ connection, wasConnected }: { connection: ConnectionState; wasConnected: boolean }) {
	const strings = useStrings();
	const isGap = useConnectionGap(connection.type);
	const type = wasConnected && !isGap ? "connected" : connection.type;
	return (
		<output className={styles.status} aria-label={strings.connection} data-state={type}>
			<span className={styles.dot} aria-hidden="true" />
			<span className={styles.text}>{describe(type, wasConnected, strings)}</span>
		</output>
	);
}

function describe(type: ConnectionState["type"], wasConnected: boolean, strings: Catalogue): string {
	switch (type) {
		case "connected":
			return strings.connected;
		case "waiting":
			return strings.reconnecting;
		case "connecting":
		case "joining":
			return wasConnected ? strings.reconnecting : strings.connecting;
		case "offline":
		case "replaced":
			return strings.offline;
		case "ended":
			return strings.ended;
		default:
			return type satisfies never;
	}
}
