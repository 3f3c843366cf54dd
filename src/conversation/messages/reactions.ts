// The reactions to one message. Pure.

import { limits } from "../../protocol/limits.ts";
import type { Reaction } from "../../protocol/message.ts";

/** With a person's reaction, or without it; the same list where that is how it stands. A kind that nobody has given any more goes. */
export function withReaction(reactions: readonly Reaction[], emoji: string, userId: string, isOn: boolean): readonly Reaction[] {
	const kind = reactions.find((reaction) => reaction.emoji === emoji);
	if (isOn === (kind?.userIds.includes(userId) ?? false)) return reactions;
	if (!kind) return [...reactions, { emoji, userIds: [userId] }];
	const userIds = isOn ? [...kind.userIds, userId] : kind.userIds.filter((id) => id !== userId);
	return reactions.map((reaction) => (reaction === kind ? { emoji, userIds } : reaction)).filter((reaction) => reaction.userIds.length > 0);
}

/** Whether these are more than one message may have. */
export function areTooMany(reactions: readonly Reaction[]): boolean {
	return reactions.length > limits.reactionKinds || reactions.reduce((sum, { userIds }) => sum + userIds.length, 0) > limits.reactions;
}
