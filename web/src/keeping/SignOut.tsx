// The dialog that signs out, and says before what is lost by it.

import { session } from "../account/currentSession.ts";
import { Dialog } from "../controls/Dialog.tsx";
import type { Kept } from "./api.ts";
import { useWords, type Words } from "./words.ts";

/** `kept`: of somebody who came as a guest; `undefined` if that is not known. */
export function SignOut({ cameAsGuest, kept, onClose }: { cameAsGuest: boolean; kept: Kept | undefined; onClose(): void }) {
	const words = useWords();
	const { text, isFinal } = cameAsGuest ? lossOf(kept, words) : { text: words.signOutAccount, isFinal: false };
	return (
		<Dialog title={words.signOutTitle} action={words.signOutNow} isDanger={isFinal} act={() => session.signOut()} onClose={onClose}>
			<p>{text}</p>
			<p>{words.unsentDeleted}</p>
		</Dialog>
	);
}

/** If it is not known what brings a guest back, nothing does. */
function lossOf(kept: Kept | undefined, words: Words): { text: string; isFinal: boolean } {
	if (!kept) return { text: words.signOutFinal, isFinal: true };
	const { passkeys, identities, otherDevices } = kept;
	if (passkeys.length > 0 || identities.length > 0)
		return { text: words.signOutKept(passkeys.length > 0, [...new Set(identities.map(({ provider }) => provider))]), isFinal: false };
	if (otherDevices > 0) return { text: words.signOutOthers(otherDevices), isFinal: false };
	return { text: words.signOutFinal, isFinal: true };
}
