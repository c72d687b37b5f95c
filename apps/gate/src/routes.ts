import { berthsAnswer, httpSchemas, platformAnswer, sessionsAnswer, sessionsList } from '@berth/wire/http';
import { createBerth } from './handlers/create-berth.ts';
import { createCode } from './handlers/create-code.ts';
import { createSession } from './handlers/create-session.ts';
import { createUser } from './handlers/create-user.ts';
import { describePlatform } from './handlers/describe-platform.ts';
import { endSession } from './handlers/end-session.ts';
import { listSessions } from './handlers/list-sessions.ts';
import { previewGroup } from './handlers/preview-group.ts';
import { previewInvite } from './handlers/preview-invite.ts';
import { resetPassword } from './handlers/reset-password.ts';
import { openRoute, type Route, sessionRoute } from './route.ts';

const inviteErrors = ['not_found', 'invite_expired', 'invite_revoked', 'invite_used_up'] as const;

/** The one that everybody who lost their node asks. */
export const berthsRoute = sessionRoute({
  method: 'post',
  path: '/v1/berths',
  summary: 'Ask for another berth',
  description: 'For a client that lost its chat node: no password, the session token is enough.',
  status: 200,
  body: httpSchemas.berthsRequest,
  answer: berthsAnswer,
  errors: ['no_berth', 'unavailable'],
  handle: createBerth,
});

/** Gate's interface. */
export const routes: Route[] = [
  openRoute({
    method: 'get',
    path: '/v1/platform',
    summary: 'What this platform offers',
    status: 200,
    answer: platformAnswer,
    errors: [],
    handle: describePlatform,
  }),
  openRoute({
    method: 'post',
    path: '/v1/codes',
    summary: 'Mail a code',
    description:
      'Mails a six-digit code for registering or for a new password. The answer is the same whether the address has an account or not; asked for again, the live code is mailed again, and its attempts stay counted.',
    status: 200,
    body: httpSchemas.codesRequest,
    answer: httpSchemas.codesAnswer,
    errors: ['unavailable'],
    handle: createCode,
  }),
  openRoute({
    method: 'post',
    path: '/v1/users',
    summary: 'Register',
    description: 'Makes an account with the code that was mailed to the address.',
    status: 201,
    body: httpSchemas.usersRequest,
    answer: httpSchemas.usersAnswer,
    errors: [
      'code_wrong',
      'code_expired',
      'password_refused',
      'name_taken',
      'already_exists',
      ...inviteErrors,
      'unavailable',
      'deadline',
    ],
    handle: createUser,
  }),
  openRoute({
    method: 'post',
    path: '/v1/invites/preview',
    summary: 'Look at an invite',
    description: 'Tells whoever has an invite who invites them. It takes no use of it.',
    status: 200,
    body: httpSchemas.invitePreviewRequest,
    answer: httpSchemas.invitePreviewAnswer,
    errors: [...inviteErrors, 'unavailable'],
    handle: previewInvite,
  }),
  openRoute({
    method: 'post',
    path: '/v1/group-links/preview',
    summary: 'Look at the link of a group',
    description: 'Tells whoever has a link which group one joins by it. It takes no use of it.',
    status: 200,
    body: httpSchemas.groupPreviewRequest,
    answer: httpSchemas.groupPreviewAnswer,
    errors: [...inviteErrors, 'unavailable'],
    handle: previewGroup,
  }),
  openRoute({
    method: 'post',
    path: '/v1/passwords',
    summary: 'Set a new password',
    description: 'Sets a new password with the code that was mailed, and ends every session of the account.',
    status: 200,
    body: httpSchemas.passwordsRequest,
    answer: httpSchemas.usersAnswer,
    errors: ['code_wrong', 'code_expired', 'password_refused', 'not_found', 'unavailable', 'deadline'],
    handle: resetPassword,
  }),
  openRoute({
    method: 'post',
    path: '/v1/sessions',
    summary: 'Log in',
    description:
      'Answers with a session token and a berth: the chat node to connect to, and the ticket to show there within seconds.',
    status: 201,
    body: httpSchemas.sessionsRequest,
    answer: sessionsAnswer,
    errors: ['bad_credentials', 'no_berth', 'unavailable', 'deadline'],
    handle: createSession,
  }),
  sessionRoute({
    method: 'get',
    path: '/v1/sessions',
    summary: 'List one’s sessions',
    status: 200,
    answer: sessionsList,
    errors: ['unavailable'],
    handle: listSessions,
  }),
  sessionRoute({
    method: 'delete',
    path: '/v1/sessions/current',
    summary: 'Log out',
    description: 'Ends the session whose token is used.',
    status: 204,
    errors: ['not_found', 'unavailable', 'deadline'],
    handle: endSession,
  }),
  sessionRoute({
    method: 'delete',
    path: '/v1/sessions/:id',
    summary: 'End one of one’s sessions',
    status: 204,
    errors: ['not_found', 'unavailable', 'deadline'],
    handle: endSession,
  }),
  berthsRoute,
];
