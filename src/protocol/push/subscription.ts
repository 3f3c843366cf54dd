// A browser's subscription to web push, and which addresses may be pushed to.

import * as v from "valibot";
import * as pushLimits from "./limits.ts";

/** So many bytes in base64url, with or without padding. */
function bytesSchema(length: number) {
	const characters = Math.ceil((length * 4) / 3);
	return v.pipe(v.string(), v.regex(new RegExp(`^[\\w-]{${characters}}={0,2}$`)));
}

const endpointSchema = v.pipe(v.string(), v.maxLength(pushLimits.endpoint), v.check(isPublicEndpoint));

/** The form in which a browser gives its subscription as JSON. */
export const subscriptionSchema = v.object({
	/** Where the browser's push service takes messages: https, on the usual port of a host with a public name. */
	endpoint: endpointSchema,
	keys: v.object({
		/** An uncompressed point of P-256. */
		p256dh: bytesSchema(65),
		auth: bytesSchema(16),
	}),
});

export type Subscription = v.InferOutput<typeof subscriptionSchema>;

/** Names that lead into the network of whoever runs the server. */
const privateName = /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan|arpa|onion|invalid)$/;

/**
 * True for an address that the server may send to. Addresses by number are refused, whichever way they are written: the URL
 * parser has made `0x7f.1` into `127.0.0.1`. A push service has a name.
 */
export function isPublicEndpoint(endpoint: string): boolean {
	const url = URL.parse(endpoint);
	if (url?.protocol !== "https:" || url.port !== "" || url.username !== "" || url.password !== "") return false;
	const host = url.hostname.replace(/\.$/, "");
	return /^(?:[a-z\d_-]+\.)+[a-z][a-z\d-]*$/.test(host) && !privateName.test(host);
}

/**
 * A message that shows nothing is allowed now and then, except by Apple, which withdraws the permission after a few. Its devices
 * keep a notification until the page is opened there.
 */
export function mayPushSilently(endpoint: string): boolean {
	return !/(?:^|\.)apple\.com$/.test(URL.parse(endpoint)?.hostname ?? "");
}
