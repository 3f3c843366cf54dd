// Writes a stored time as the wire does.

/** Milliseconds since 1970 as ISO 8601 in UTC. */
export function isoTime(ms: number): string {
	return new Date(ms).toISOString();
}
