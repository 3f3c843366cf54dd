// Shows what an invite offers if that is limited, accepts it, and opens its conversation.

import { useCallback, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useCall } from "../account/currentSession.ts";
import { type ApiError, acceptInvite } from "../api.ts";
import { useLazy } from "../controls/useLazy.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import { NoticePage } from "./NoticePage.tsx";

const loadOffer = () => import("../links/InviteOffer.tsx");

export function InvitePage({ invite }: { invite: string }) {
	const strings = useStrings();
	const [isAccepted, setIsAccepted] = useState(false);
	const offer = useLazy(loadOffer, !isAccepted);
	const accept = useCallback(() => setIsAccepted(true), []);
	if (isAccepted) return <Accepted invite={invite} />;
	const waiting = <NoticePage text={strings.joining} />;
	return offer ? <offer.InviteOffer invite={invite} waiting={waiting} onAccept={accept} /> : waiting;
}

function Accepted({ invite }: { invite: string }) {
	const strings = useStrings();
	const [, navigate] = useLocation();
	const accepted = useCall(useCallback((token: string) => acceptInvite(token, invite), [invite]));
	const conversationId = accepted && "value" in accepted ? accepted.value.conversationId : undefined;
	useEffect(() => {
		if (conversationId !== undefined) navigate(`/c/${conversationId}`, { replace: true });
	}, [conversationId, navigate]);

	if (accepted && "error" in accepted) return <NoticePage text={textOf(accepted.error, strings)} hasWayHome />;
	return <NoticePage text={strings.joining} />;
}

function textOf({ code, message }: ApiError, strings: Catalogue): string {
	if (code === "invite_expired") return strings.inviteSpent;
	return code === "not_found" ? strings.inviteUnknown : message;
}
