// Keeps this browser's subscription alive while its person comes back, ends it when they sign out, and opens what they click.

import { session } from "../account/currentSession.ts";
import type { OpenMessage } from "./handler.ts";
import { isPushed, isPushedToAnother } from "./mark.ts";

/** Returns how to stop. */
export function followPush(userId: string, onGo: (path: string) => void): () => void {
	const device = () => import("./device.ts");
	if (isPushed(userId)) device().then(({ renew }) => renew(userId), ignore);
	// Their session may go on, but this browser is no longer theirs.
	else if (isPushedToAnother(userId)) device().then(({ turnOff }) => turnOff(), ignore);
	const signedOut = session.subscribe(() => {
		if (session.state().type === "signed_out" && isPushed(userId)) device().then(({ turnOff }) => turnOff(), ignore);
	});
	const open = ({ data }: MessageEvent<Partial<OpenMessage> | null>) => {
		if (typeof data?.open === "string") onGo(data.open);
	};
	navigator.serviceWorker?.addEventListener("message", open);
	return () => {
		signedOut();
		navigator.serviceWorker?.removeEventListener("message", open);
	};
}

/** A part that cannot be loaded is tried again with the next page. */
const ignore = () => {};
