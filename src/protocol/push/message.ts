// The messages that are pushed. Browsers that know declarative web push show a notification themselves; in the others the
// service worker reads the same JSON. Types alone, because the service worker brings no library.

/** RFC 8030 is the number by which a declarative message is recognized. */
const mark = 8030;

export type PushNotification = {
	title: string;
	body: string;
	/** The absolute address of the conversation. */
	navigate: string;
	/** The conversation: a newer notification replaces an older one of the same tag. */
	tag: string;
};

export type PushMessage =
	| { web_push: typeof mark; notification: PushNotification }
	/** The conversation was read elsewhere: its notification goes. */
	| { clear: string };

export function messageOf(notification: PushNotification): PushMessage {
	return { web_push: mark, notification };
}
