// The page of an invite for somebody who is signed in: joins at once, or shows first what the invite allows if that is limited.

import { type ReactNode, useCallback, useEffect } from "react";
import { useCall } from "../account/currentSession.ts";
import { Mark } from "../icons.tsx";
import styles from "../pages/pages.module.css";
import { previewOf } from "./api.ts";
import { Offer } from "./Offer.tsx";
import { isLimited } from "./terms.ts";

type Props = { invite: string; waiting: ReactNode; onAccept(): void };

/** What cannot be shown is accepted: the answer says why it is refused. */
export function InviteOffer({ invite, waiting, onAccept }: Props) {
	const preview = useCall(useCallback(() => previewOf(invite), [invite]));
	const offer = preview && "value" in preview ? preview.value.invite : undefined;
	const isAsked = offer !== undefined && isLimited(offer.role, offer.allows);
	useEffect(() => {
		if (preview && !isAsked) onAccept();
	}, [preview, isAsked, onAccept]);
	if (!isAsked) return waiting;
	return (
		<main className={styles.centred}>
			<Mark />
			<Offer offer={offer} onJoin={onAccept} />
		</main>
	);
}
