import { type ErrorCode, errorTable } from '@berth/wire';
import { z } from 'zod';
import type { Route } from '../route.ts';

export interface OpenApi {
  openapi: '3.1.0';
  info: {
    title: string;
    version: string;
    description: string;
    license: { name: string; identifier: string };
  };
  /** Where the paths begin, if not at the root. */
  servers?: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

export type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: { name: string; in: 'path'; required: true; schema: JsonSchema }[];
  security?: Record<string, string[]>[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; headers?: Record<string, object>; content?: Content }>;
}

type Content = { 'application/json': { schema: JsonSchema } };

/** What any request may be refused with. */
const commonErrors: ErrorCode[] = ['forbidden', 'rate_limited', 'internal'];
const bodyErrors: ErrorCode[] = ['bad_request', 'too_large'];
const sessionErrors: ErrorCode[] = ['unauthenticated', 'session_ended', 'unavailable'];

/**
 * The OpenAPI 3.1 document of the routes, which are served below `basePath`; their bodies are the very schemas that requests
 * are checked with.
 */
export function createOpenApi(routes: readonly Route[], basePath = '/'): OpenApi {
  const paths: OpenApi['paths'] = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Berth gate',
      version: '1',
      description:
        'Accounts, sessions and berths. Chatting itself is done over TCP or WebSocket with the chat node that a berth names.',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    ...(basePath !== '/' && { servers: [{ url: basePath.slice(0, -1) }] }),
    tags: [
      { name: 'accounts', description: 'E-mail codes, registration, passwords' },
      { name: 'sessions', description: 'Logging in and out' },
      { name: 'berths', description: 'Places on chat nodes' },
    ],
    paths,
    components: {
      schemas: { Error: errorSchema },
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer', description: 'The token of `POST /v1/sessions`.' },
      },
    },
  };
}

const errorSchema: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorTable) },
        message: { type: 'string', description: 'A sentence that may be shown.' },
        retryAfterMs: {
          type: 'integer',
          minimum: 0,
          description: 'When to come again, in milliseconds; also as `Retry-After`, in seconds.',
        },
        fields: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'What is wrong with each field of the body.',
        },
      },
    },
  },
};

function operationOf(route: Route): Operation {
  const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name: name!,
    in: 'path' as const,
    required: true as const,
    schema: { type: 'string' as const },
  }));
  const codes = [
    ...commonErrors,
    ...(route.body ? bodyErrors : []),
    ...(route.needsSession ? sessionErrors : []),
    ...route.errors,
  ];
  return {
    operationId: operationId(route),
    tags: [tagOf(route.path)],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.needsSession && { security: [{ session: [] }] }),
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse(undefined).success,
        content: contentOf(schemaOf(route.body, 'input')),
      },
    }),
    responses: {
      [route.status]: {
        description: route.status === 204 ? 'Done.' : 'The answer.',
        ...(route.answer && { content: contentOf(schemaOf(route.answer, 'output')) }),
      },
      ...errorResponses(codes),
    },
  };
}

function errorResponses(codes: ErrorCode[]): Operation['responses'] {
  const byStatus = Map.groupBy(new Set(codes), (code) => errorTable[code].http);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, group]) => [
        status,
        {
          description: group.map((code) => `\`${code}\`: ${errorTable[code].meaning}`).join('\n\n'),
          ...(group.some((code) => errorTable[code].retry) && {
            headers: {
              'Retry-After': {
                description: 'Seconds until it is worth trying again.',
                schema: { type: 'integer' },
              },
            },
          }),
          content: contentOf({ $ref: '#/components/schemas/Error' }),
        },
      ]),
  );
}

const contentOf = (schema: JsonSchema): Content => ({ 'application/json': { schema } });

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return json;
}

/** `post /v1/codes` → `postCodes`, `delete /v1/sessions/:id` → `deleteSessionsId`. */
const operationId = ({ method, path }: Route): string =>
  method +
  path
    .split(/[/:]+/)
    .slice(2)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');

function tagOf(path: string): string {
  if (path.startsWith('/v1/berths')) return 'berths';
  return path.startsWith('/v1/sessions') ? 'sessions' : 'accounts';
}
