// Asks before a member is removed or gives up their own ownership.

import type { MemberRole } from "../../../../src/protocol/conversation.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import type { Present } from "../../people/roster.ts";

export type PendingChange = { type: "remove"; member: Present } | { type: "step down"; role: MemberRole };

/** `revokesInvites`: also the invite links by which the member joined. `bans`: no link lets them back in. */
export type Removal = { revokesInvites: boolean; bans: boolean };

/** Resolves to the reason if it was refused. */
type Attempt = Promise<string | undefined>;

type Props = {
	change: PendingChange;
	onRemove(member: Present, how: Removal): Attempt;
	onStepDown(role: MemberRole): Attempt;
	onClose(): void;
};

export function MemberConfirmation({ change, onRemove, onStepDown, onClose }: Props) {
	const strings = useStrings();
	switch (change.type) {
		case "remove":
			return (
				<Dialog
					title={strings.removeTitle(change.member.username)}
					action={strings.remove}
					isDanger
					act={(form) => onRemove(change.member, { revokesInvites: form.has("revokes"), bans: form.has("bans") })}
					onClose={onClose}
				>
					<p>{strings.removeText}</p>
					<label>
						<input type="checkbox" name="revokes" defaultChecked />
						{strings.revokeUsedInvites}
					</label>
					<label>
						<input type="checkbox" name="bans" />
						{strings.alsoBan}
					</label>
				</Dialog>
			);
		case "step down":
			return (
				<Dialog title={strings.stepDownTitle} action={strings.stepDown} isDanger act={() => onStepDown(change.role)} onClose={onClose}>
					<p>{strings.stepDownText}</p>
				</Dialog>
			);
		default:
			return change satisfies never;
	}
}
