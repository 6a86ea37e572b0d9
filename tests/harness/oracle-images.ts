/** Oracle's custom images on this machine: imported, looked at, allowed on shapes. */
import { type OracleServer, type Route, refused } from "./oracle-server";

/** The routes of the image service. */
export function imageRoutes(server: OracleServer): readonly Route[] {
    return [
        [
            "GET",
            /^\/20160918\/images$/,
            ({ url }) => ({
                status: 200,
                body: server.images.filter(({ displayName }) => displayName === url.searchParams.get("displayName")),
            }),
        ],
        [
            "POST",
            /^\/20160918\/images$/,
            ({ body }) => {
                const { displayName, launchMode, imageSourceDetails: source } = JSON.parse(body.toString());
                const there = server.buckets.get(source?.bucketName)?.has(source?.objectName) === true;
                if (source?.sourceType !== "objectStorageTuple" || source.namespaceName !== "axtest" || !there) {
                    return refused(400, "InvalidParameter", "Invalid imageSourceDetails: the object is not there");
                }
                if (launchMode !== "PARAVIRTUALIZED") {
                    return refused(400, "InvalidParameter", "Invalid launchMode");
                }
                const id = `ocid1.image.oc1.eu-frankfurt-1.${server.images.length + 1}`;
                const image = { id, displayName, lifecycleState: "IMPORTING", shapes: [] };
                server.images.push(image);
                return { status: 200, body: image };
            },
        ],
        [
            "GET",
            /^\/20160918\/images\/([^/]+)$/,
            (_, id) => {
                const image = server.images.find((each) => each.id === id);
                if (image === undefined) {
                    return refused(
                        404,
                        "NotAuthorizedOrNotFound",
                        "Authorization failed or requested resource not found.",
                    );
                }
                server.looksUntilAvailable -= server.looksUntilAvailable > 0 ? 1 : 0;
                if (image.lifecycleState === "IMPORTING" && server.looksUntilAvailable <= 0) {
                    image.lifecycleState = server.looksUntilAvailable < 0 ? "DELETED" : "AVAILABLE";
                }
                return { status: 200, body: image };
            },
        ],
        [
            "GET",
            /^\/20160918\/images\/([^/]+)\/shapes$/,
            (_, id) => ({
                status: 200,
                body: (server.images.find((each) => each.id === id)?.shapes ?? []).map((shape) => ({
                    imageId: id,
                    shape,
                })),
            }),
        ],
        [
            "PUT",
            /^\/20160918\/images\/([^/]+)\/shapes\/([^/]+)$/,
            (_, id, shape) => {
                const image = server.images.find((each) => each.id === id);
                if (image?.lifecycleState !== "AVAILABLE") {
                    return refused(409, "IncorrectState", "The image is not available.");
                }
                image.shapes.push(shape);
                return { status: 200, body: { imageId: id, shape } };
            },
        ],
    ];
}
