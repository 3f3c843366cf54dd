// The reactions to one message. Pure.

import { limits } from "../../protocol/limits.ts";
import type { Reaction } from "../../protocol/message.ts";

/** The reactions with a person's reaction added or removed; the same list if nothing changes. An emoji without people is removed. */
export function withReaction(reactions: readonly Reaction[], emoji: string, userId: string, isOn: boolean): readonly Reaction[] {
	const given = reactions.find((reaction) => reaction.emoji === emoji);
	if (isOn === (given?.userIds.includes(userId) ?? false)) return reactions;
	if (!given) return [...reactions, { emoji, userIds: [userId] }];
	const userIds = isOn ? [...given.userIds, userId] : given.userIds.filter((id) => id !== userId);
	return reactions
		.map((reaction) => (reaction === given ? { emoji, userIds } : reaction))
		.filter((reaction) => reaction.userIds.length > 0);
}

export function areTooMany(reactions: readonly Reaction[]): boolean {
	return reactions.length > limits.reactionKinds || reactions.reduce((sum, { userIds }) => sum + userIds.length, 0) > limits.reactions;
}
