/** Section `apps`: PostgreSQL and RabbitMQ. */

import { z } from "zod";
import { sentence } from "./mistake";

const kubernetesName = z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: "lower-case letters, digits and dashes" });

const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, {
    error: "a PostgreSQL identifier: lower-case letters, digits and underscores, at most 63 characters",
});

const image = z.string().regex(/^[a-z0-9./-]+:\d+\.\d+[a-z0-9.-]*$/, {
    error: "an image with a complete version, e.g. rabbitmq:4.2.3-management",
});

const clients = (whom: string) =>
    z
        .array(kubernetesName)
        .default([])
        .describe(`Namespaces whose pods may speak to ${whom}. Default none: nothing else reaches it.`);

const storageGiB = z
    .int()
    .min(1)
    .default(10)
    .describe("GiB of each claim; it grows, and never shrinks. Default 10, as the homelab's database claims.");

const memoryMiB = (least: number) =>
    z.int().min(least).default(1024).describe("MiB each pod asks for and may not exceed. Default 1024.");

const cpuMillis = z.int().min(50).default(250).describe("Thousandths of a CPU each pod asks for. Default 250.");

/** What a stack may say about its applications. */
export const appsSection = z
    .strictObject({
        postgresql: z
            .strictObject({
                operatorVersion: z
                    .string()
                    .regex(/^\d+\.\d+\.\d+$/, { error: "a complete chart version, e.g. 0.29.0" })
                    .default("0.29.0")
                    .describe("Version of the cloudnative-pg chart. Default 0.29.0, which is operator 1.30.0."),
                image: image
                    .default("ghcr.io/cloudnative-pg/postgresql:16.11-system-trixie")
                    .describe("Image of PostgreSQL. Default 16.11: the homelab runs PostgreSQL 16."),
                namespace: kubernetesName
                    .default("blockchain")
                    .describe("Namespace of the database. Default blockchain."),
                cluster: kubernetesName
                    .default("postgresql")
                    .describe("Name of the database cluster; its Services begin with it. Default postgresql."),
                database: identifier
                    .default("blockchain_db")
                    .describe("Name of the database, read once when it is made. Default blockchain_db."),
                owner: identifier
                    .default("blockchain")
                    .describe("Role that owns the database, read once when it is made. Default blockchain."),
                instances: z
                    .int()
                    .min(1)
                    .max(9)
                    .default(1)
                    .describe(
                        "One primary and the rest replicas, each on another node. Default 1; from 3 on, every confirmed write is on two of them.",
                    ),
                storageGiB,
                memoryMiB: memoryMiB(256),
                cpuMillis,
                clientNamespaces: clients("the database"),
            })
            .prefault({})
            .describe("PostgreSQL under CloudNativePG, with the blockchain database."),
        rabbitmq: z
            .strictObject({
                image: image
                    .refine((value) => !/:(?:[0-3]\.|4\.0)/.test(value), {
                        error: "RabbitMQ 4.1 or newer: older ones ask the API server for their peers",
                    })
                    .default("rabbitmq:4.2.3-management")
                    .describe("Official image of RabbitMQ, 4.1 or newer. Default rabbitmq:4.2.3-management."),
                namespace: kubernetesName.default("messaging").describe("Namespace of the broker. Default messaging."),
                cluster: kubernetesName
                    .default("rabbitmq")
                    .describe("Name of the broker's StatefulSet and of the Service clients use. Default rabbitmq."),
                user: z
                    .string()
                    .regex(/^[a-zA-Z][a-zA-Z0-9_-]*$/, { error: "letters, digits, dashes and underscores" })
                    .default("blockchain")
                    .describe("User clients log in with, read once when the first broker starts. Default blockchain."),
                replicas: z
                    .int()
                    .min(1)
                    .max(9)
                    .refine((value) => value % 2 === 1, {
                        error: "an odd number: an even one tolerates no more losses than the odd one below it",
                    })
                    .default(1)
                    .describe("Brokers, each on another node; odd. Default 1; 3 survive the loss of one."),
                storageGiB,
                memoryMiB: memoryMiB(512),
                cpuMillis,
                clientNamespaces: clients("the broker"),
            })
            .prefault({})
            .describe("RabbitMQ with quorum queues."),
    })
    .describe("Applications: the blockchain database and the message broker.");

/** The section as the program reads it: every default filled in. */
export type AppsConfig = z.output<typeof appsSection>;

/**
 * What is wrong with the section in this stack, one sentence each; empty where nothing is.
 *
 * @param schedulable how many nodes take ordinary workloads
 */
export function appsMistakes(apps: AppsConfig, schedulable: number): readonly string[] {
    const counts = {
        "strata:apps.postgresql.instances": apps.postgresql.instances,
        "strata:apps.rabbitmq.replicas": apps.rabbitmq.replicas,
    };
    return Object.entries(counts)
        .filter(([, value]) => value > schedulable)
        .map(([key, value]) =>
            sentence({ key, value, expected: `at most ${schedulable}, the nodes for workloads: no two share one` }),
        );
}
