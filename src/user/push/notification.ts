// Puts a conversation of a person's list into a notification. Pure.

import type { ListEntry } from "../../protocol/conversation.ts";
import * as pushLimits from "../../protocol/push/limits.ts";
import type { PushNotification } from "../../protocol/push/message.ts";
import { truncateLine } from "../../protocol/text/sanitize.ts";

/** `page`: the origin of the page that it leads to. `undefined` if there is nothing to show: the newest message is deleted. */
export function notificationOf({ id, title, lastMessage }: ListEntry, page: string): PushNotification | undefined {
	if (!lastMessage || lastMessage.deletedAt !== undefined) return undefined;
	const { author, content, files = [] } = lastMessage;
	const words = truncateLine(content || files.map(({ name }) => name).join(", "), pushLimits.body);
	return {
		title: title === "" ? author.username : title,
		// A conversation without a title is named after the author.
		body: [title === "" ? "" : author.username, words].filter((part) => part !== "").join(": "),
		navigate: `${page}/c/${encodeURIComponent(id)}`,
		tag: id,
	};
}
