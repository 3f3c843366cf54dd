// The button that lets others in: a link at once, copied, and a dialog for any other. One link for as long as the page is open.

import { useState } from "react";
import { session } from "../../account/currentSession.ts";
import { createInvite, type InviteTerms } from "../../api.ts";
import { copyText } from "../../browser.ts";
import { lazyDialog } from "../../controls/lazyDialog.tsx";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Invite.module.css";

const InviteDialog = lazyDialog(async () => (await import("./InviteDialog.tsx")).InviteDialog);

/** The link there is, or why there is none. */
export type Link =
	| { type: "none" }
	| { type: "made"; url: string; expiresAt: string; isCopied: boolean }
	| { type: "refused"; text: string };

export function Invite({ id, nameOf }: { id: string; nameOf(userId: string): string | undefined }) {
	const strings = useStrings();
	const [link, setLink] = useState<Link>({ type: "none" });
	const [isOpen, setIsOpen] = useState(false);

	const make = async (terms?: InviteTerms) => {
		const result = await session.call((token) => createInvite(token, id, terms));
		if ("error" in result) return setLink({ type: "refused", text: result.error.message });
		const { url, expiresAt } = result.value.invite;
		setLink({ type: "made", url, expiresAt, isCopied: await copyText(url) });
	};
	const open = () => {
		setIsOpen(true);
		if (link.type === "made") void copyText(link.url);
		else void make();
	};

	return (
		<>
			<button type="button" className={styles.invite} onClick={open}>
				<Icon name="link" />
				<span>{strings.invite}</span>
			</button>
			{isOpen && (
				<InviteDialog
					id={id}
					link={link}
					nameOf={nameOf}
					onMake={make}
					onRevoked={() => setLink({ type: "none" })}
					onClose={() => setIsOpen(false)}
				/>
			)}
		</>
	);
}
