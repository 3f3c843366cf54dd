// Writes events as one frame, on both ends. frames.ts reads them.

import type { ClientEvent, ServerEvent } from "./events.ts";

export function encodeFrame(events: readonly (ClientEvent | ServerEvent)[]): string {
	return JSON.stringify(events);
}
