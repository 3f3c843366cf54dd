// Accepts an invitation and goes where it leads.

import { useCallback, useEffect } from "react";
import { useLocation } from "wouter";
import { acceptInvite } from "../api.ts";
import { useCall } from "../currentSession.ts";
import { strings } from "../strings.ts";
import { NoticePage } from "./NoticePage.tsx";

export function InvitePage({ invite }: { invite: string }) {
	const [, navigate] = useLocation();
	const accepted = useCall(useCallback((token: string) => acceptInvite(token, invite), [invite]));
	const conversationId = accepted && "value" in accepted ? accepted.value.conversationId : undefined;
	useEffect(() => {
		if (conversationId !== undefined) navigate(`/c/${conversationId}`, { replace: true });
	}, [conversationId, navigate]);

	if (accepted && "error" in accepted) return <NoticePage text={accepted.error.message} hasWayHome />;
	return <NoticePage text={strings.joining} />;
}
