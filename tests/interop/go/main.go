// Reads a log of ours with the tools of others, unchanged: golang.org/x/mod/sumdb for notes and proofs, torchwood as a
// client of tlog-tiles.
//
//	interop PREFIX VKEY [PROOF]...
package main

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func open(text string, vkey string) torchwood.Checkpoint {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		log.Fatal("vkey: ", err)
	}
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		log.Fatal("note: ", err)
	}
	checkpoint, err := torchwood.ParseCheckpoint(signed.Text)
	if err != nil {
		log.Fatal("checkpoint: ", err)
	}
	return checkpoint
}

// Every record, each of which the client proves by the tiles and the checkpoint.
func readLog(prefix, vkey string) {
	fetcher, err := torchwood.NewTileFetcher(prefix)
	if err != nil {
		log.Fatal(err)
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		log.Fatal(err)
	}
	text, err := fetcher.ReadEndpoint(context.Background(), "checkpoint")
	if err != nil {
		log.Fatal(err)
	}
	checkpoint := open(string(text), vkey)
	read := int64(0)
	for index, entry := range client.Entries(context.Background(), checkpoint.Tree, 0) {
		if index != read || string(entry[:4]) != "CSR1" {
			log.Fatalf("entry %d is none of ours", index)
		}
		read++
	}
	if client.Err() != nil {
		log.Fatal("entries: ", client.Err())
	}
	// The client leaves the last, partial tile of a growing log for later; one of its records by itself.
	if _, _, err := client.Entry(context.Background(), checkpoint.Tree, checkpoint.N-1); err != nil {
		log.Fatal("last entry: ", err)
	}
	fmt.Printf("entries %d of %d\n", read, checkpoint.N)
}

func checkProof(file, vkey string) {
	bytes, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	head, signed, _ := strings.Cut(string(bytes), "\n\n")
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatal("no tlog-proof")
	}
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		log.Fatal(err)
	}
	record := extra[8 : 8+binary.LittleEndian.Uint32(extra[4:8])]
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			log.Fatal(err)
		}
		path = append(path, hash)
	}
	checkpoint := open(signed, vkey)
	if err := tlog.CheckRecord(path, checkpoint.N, checkpoint.Hash, index, tlog.RecordHash(record)); err != nil {
		log.Fatal("proof: ", err)
	}
	fmt.Printf("proof of %d\n", index)
}

func main() {
	readLog(os.Args[1], os.Args[2])
	for _, file := range os.Args[3:] {
		checkProof(file, os.Args[2])
	}
}
