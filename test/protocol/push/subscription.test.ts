import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { isPublicEndpoint, mayPushSilently, subscriptionSchema } from "../../../src/protocol/push/subscription.ts";

describe("an endpoint", () => {
	it.each([
		"https://fcm.googleapis.com/fcm/send/dpH5lCsTSSM:APA91bHqjZxM0VImWWqDRN7U0a3AycjUf4O-byuxb_wJsKRaKvV_iKw56s16",
		"https://updates.push.services.mozilla.com/wpush/v2/gAAAAABfYw",
		"https://web.push.apple.com/QGuQyavXutnMH",
		"https://wns2-par02p.notify.windows.com/w/?token=BQYAAA",
		"https://push.example.com:443/x",
	])("%s is public", (endpoint) => expect(isPublicEndpoint(endpoint)).toBe(true));

	it.each([
		"http://fcm.googleapis.com/x",
		"https://push.example.com:8443/x",
		"https://user:secret@push.example.com/x",
		"https://127.0.0.1/x",
		"https://2130706433/x",
		"https://0x7f.1/x",
		"https://10.0.0.1/x",
		"https://192.168.1.1/x",
		"https://169.254.169.254/latest/meta-data",
		"https://100.64.0.1/x",
		"https://[::1]/x",
		"https://[fd00::1]/x",
		"https://[fe80::1]/x",
		"https://[::ffff:10.0.0.1]/x",
		"https://8.8.8.8/x",
		"https://localhost/x",
		"https://localhost./x",
		"https://push.localhost/x",
		"https://printer.local/x",
		"https://metadata.google.internal/x",
		"https://router/x",
		"https://push.corp/x",
		"https://1.168.192.in-addr.arpa/x",
		"wss://push.example.com/x",
		"push.example.com",
		"",
	])("%s is not", (endpoint) => expect(isPublicEndpoint(endpoint)).toBe(false));

	it("of Apple's gets no message that shows nothing", () => {
		const silent = ["https://web.push.apple.com/x", "https://apple.com/x", "https://fcm.googleapis.com/x", "https://notapple.com/x"];
		expect(silent.map(mayPushSilently)).toEqual([false, false, true, true]);
	});
});

describe("a subscription", () => {
	const keys = { p256dh: `B${"A".repeat(86)}`, auth: "A".repeat(22) };
	const subscription = { endpoint: "https://push.example.com/x", expirationTime: null, keys };

	it("is read as the browser gives it, with or without padding", () => {
		expect(v.is(subscriptionSchema, subscription)).toBe(true);
		expect(v.is(subscriptionSchema, { ...subscription, keys: { p256dh: `${keys.p256dh}=`, auth: `${keys.auth}==` } })).toBe(true);
	});

	it.each([
		["keys of another length", { ...subscription, keys: { ...keys, auth: "AAAA" } }],
		["keys that are no base64url", { ...subscription, keys: { ...keys, auth: `${"A".repeat(21)}+` } }],
		["no keys", { endpoint: subscription.endpoint }],
		["a very long address", { ...subscription, endpoint: `https://push.example.com/${"x".repeat(1_000)}` }],
	])("with %s is refused", (_what, given) => expect(v.is(subscriptionSchema, given)).toBe(false));
});
